#pragma once
// Who watches a simulated world. It keeps books of what became durable, what was shown, answered and delivered, and
// says which rule of the domain does not hold; it changes nothing.

#include "actors/engine.hpp"
#include "tests/simulation/imported_audience.hpp"
#include "tests/simulation/rules_observer.hpp"
#include "tests/simulation/simulated_relay.hpp"
#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace sluice::simulation {

/// The engine's longest timer (campaign.cpp): a jump of the wall clock is noticed within it.
inline constexpr milliseconds timer_max = std::chrono::seconds(30);
/// What an actor that the simulation kills dies of.
inline constexpr std::string_view words_of_death = "killed by the simulation";

struct simulated_clock {
  milliseconds passed{0}; ///< never goes back
  milliseconds skew{0};
  timestamp now() const {
    constexpr timestamp beginning{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1} +
                                  std::chrono::hours(9)};
    return beginning + passed + skew;
  }
};

class oracle {
public:
  /// `clock` outlives it.
  oracle(const simulated_clock& clock, bool is_traced, const retry_settings& retries);

  /// A process begins, or goes down: what it still does on its way reaches nobody.
  void begin_watching(std::size_t letters_in_flight_max, bool has_several_relays, relay_servers servers);
  void stop_watching() { is_watching_ = false; }

  // What happens, as it happens. A rule that does not hold is kept in `told`.
  void on_durable(campaign_id campaign, event_number number, const event& what);
  void on_view(campaign_id id, const view_ptr& view);
  void on_end_of_data(const transmission& sent);
  void on_delivery(const transmission& sent);
  void on_throttle(campaign_id whose) { books_.at(whose).on_throttle(); }
  void on_suppression(const std::string& address);
  /// `hash`: what campaigns' logs have of the audience.
  void on_import(const std::string& hash, imported_audience imported);
  /// The store gives other rows of it, from now on until all is over.
  void on_alteration(const std::string& audience_hash);
  void on_death();
  void on_created(campaign_id id);
  void on_removal(campaign_id id);
  void on_command(campaign_id id, const command& asked);
  void on_answer(campaign_id id, const command& asked, const command_answer& answer);
  void on_refusal(campaign_id id, const command& asked, const error& why);

  void fail(std::string rule);
  void throw_if_failed() const;
  /// With no fault and no recovery for longer than a timer, what is due has left: nothing waits for a timer that was
  /// lost. Throws broken_rule.
  void check_promptness() const;
  /// Every campaign has come to its end. Throws broken_rule.
  void check_all_is_over() const;
  /// At rest, when all is over. Throws broken_rule.
  void check_end(const engine& parts);

  const std::map<campaign_id, rules_observer>& books() const { return books_; }

  bool is_traced() const { return is_traced_; }
  /// A line of the trace.
  template <class... Parts>
  void say(fmt::format_string<Parts...> words, Parts&&... parts) {
    if (is_traced_)
      add_to_trace(fmt::format(words, std::forward<Parts>(parts)...));
  }

  life told;

private:
  void add_to_trace(const std::string& words);
  void check_letters(campaign_id id, const rules_observer& books) const;
  void count_claims(campaign_id campaign, const event& what);
  /// Rule 12: to the row that was imported, with the content that was approved, by the server that was.
  void check_letter(const transmission& sent, const rules_observer& books);
  void check_skips(campaign_id campaign, const rules_observer& books, const settled_group& group);
  void check_content_hold(campaign_id campaign, const rules_observer& books, const paused& hold);

  const simulated_clock& clock_;
  bool is_traced_;
  retry_settings retries_;
  bool is_watching_ = false;
  bool has_several_relays_ = false;
  relay_servers servers_;   ///< that this process has
  unsigned unanswered_ = 0; ///< commands since watching began
  /// Claimed by this process and not settled, in all logs together. Known as long as no actor has died, whose letters its
  /// revival settles.
  std::set<std::pair<campaign_id, letter_index>> claimed_;
  std::size_t letters_in_flight_max_ = 0;
  bool has_death_ = false;
  std::map<campaign_id, rules_observer> books_;
  std::set<campaign_id> discarded_;
  std::map<std::pair<campaign_id, letter_index>, unsigned> delivered_;
  std::map<std::pair<campaign_id, letter_index>, std::string> message_ids_;
  std::map<campaign_id, milliseconds> scheduled_;  ///< when, by a clock that does not jump
  std::map<std::string, milliseconds> suppressed_; ///< likewise
  std::map<std::string, command_answer> answered_keys_;
  std::map<std::string, imported_audience> audiences_; ///< by hash
  std::set<std::string> altered_audiences_;            ///< by hash: at any time
};

} // namespace sluice::simulation
