#pragma once
// A node without threads: the real actors under CAF's test coordinator, a store in memory, virtual time, and
// a relay that does what the test tells it to. Nothing happens until `run` or `pass`.

#include "actors/actors.hpp"
#include "persistence/memory/store.hpp"

#include <caf/actor_registry.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>

#include <map>
#include <string>

namespace sluice::testing {

/// A relay in the test's hand. By default it takes every letter as soon as it is granted.
class scripted_relay final : public relay {
public:
  struct arrival {
    campaign_id campaign;
    letter_index index;
    std::string recipient;
    std::string message;
  };

  std::shared_ptr<campaign_queue>
  open(campaign_id campaign, const letter_route& route, report_sink sink) override;
  std::size_t connections_max() const override { return connections; }
  void stop() override;

  /// What becomes of a granted letter; nothing: it stays on its connection until `finish`.
  std::function<std::optional<result_group>(const arrival&)> outcome_of;
  std::size_t connections = 20;
  std::string name;              ///< letters are claimed for it
  std::vector<arrival> arrivals; ///< letters whose end of data was sent, in order
  std::size_t largest_batch = 0; ///< octets of the largest batch that was offered

  /// One turn of the relay's loop: connections take letters, granted ones are sent, reports go out.
  /// True if anything happened.
  bool turn();
  /// Tells every queue that the relay fails, or works again.
  void say(bool is_failing, const std::string& trouble);
  void say_why(const notice& trouble);
  /// Tells every queue that its sender is refused.
  void refuse_sender(const reply& said);
  /// Ends all letters that stay on their connections.
  void finish(letter_state outcome, const reply& answer);
  std::size_t on_connections() const;
  /// Whether it has a queue of this campaign that was not withdrawn.
  bool may_send(campaign_id campaign) const;

private:
  struct queue_in_hand;
  std::vector<std::weak_ptr<queue_in_hand>> queues_;
};

/// The whole node. The wall clock and the actors' timers are one virtual clock, unless `skew` is set.
class actor_fixture {
public:
  explicit actor_fixture(node_settings settings = quiet_settings(),
                         std::unique_ptr<store> on = make_memory_store());
  ~actor_fixture();
  actor_fixture(const actor_fixture&) = delete;
  actor_fixture& operator=(const actor_fixture&) = delete;

  /// No moderation, no suspicion: for tests that are not about them.
  static node_settings quiet_settings();

  audience_id make_audience(letter_index size);
  campaign_id create(campaign_spec spec, audience_id audience);
  /// A draft that is started at once.
  campaign_id start(campaign_spec spec, letter_index letters);
  result<command_answer> tell(campaign_id id, command_kind kind, std::string key = {});
  result<command_answer> tell(campaign_id id, command what);
  /// All at one moment, before any of them is carried out.
  std::vector<result<command_answer>> tell_together(campaign_id id, const std::vector<command>& all);
  /// The campaign as shown now.
  campaign_view show(campaign_id id) const;
  /// With the message's text and HTML.
  campaign_view show_whole(campaign_id id) const;
  timestamp now() const;

  /// Runs until nothing is left to do at this moment.
  void run();
  /// Runs one actor, or where none has anything to do gives the relay a turn. False: nothing is left to do.
  bool step();
  /// Lets time pass, in steps of 50 ms, running all that comes up.
  void pass(milliseconds duration);
  /// The process dies and another starts on the same store: what was on connections is lost.
  void crash();
  /// Reads the log back.
  std::vector<event> log(campaign_id id) const;

  std::shared_ptr<engine> parts;
  scripted_relay* relay = nullptr; ///< owned by `parts`
  milliseconds skew{0};
  relay_servers servers{{"", ""}}; ///< those that it has from the next `crash` on
  std::string starved;             ///< actors of this name get no turn
  /// One turn of the disk, where it has turns of its own; true if anything happened.
  std::function<bool()> disk_turn;

  /// The campaign's actor that had a turn last dies at its next.
  void kill_campaign();

  caf::actor_system& system() { return *system_; }
  supervisor_actor supervisor;

private:
  void boot();
  bool run_a_job();

  node_settings settings_;
  std::unique_ptr<caf::actor_system_config> configuration_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator* scheduler_ = nullptr;
  milliseconds passed_{0};
  std::vector<scripted_relay::arrival> arrivals_before_;
  caf::actor_addr last_campaign_;
};

} // namespace sluice::testing
