#pragma once
// What an auditor with a pencil would note: one campaign's books, kept from its events alone and without
// `evolve`, against which the rules of the domain are checked at every event.

#include "actors/node.hpp"
#include "messages/event.hpp"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace sluice::simulation {

/// A rule of the domain does not hold; the words say which, and where.
struct broken_rule : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using letter_counts_by_state = std::array<letter_index, letter_state_count>;

class rules_observer {
public:
  explicit rules_observer(retry_settings retries) : retries_(retries) {}

  /// Takes the next event of the log. Throws broken_rule.
  void see(const event& next);

  /// A letter went back for its domain's limit: such letters hold up no others, whatever rule 8 says.
  void on_throttle() { was_throttled_ = true; }

  /// There is more than one relay: each is given letters in their order, and claims them at its own pace.
  void let_relays_overtake() { was_throttled_ = true; }

  event_number last() const { return history_.size(); }
  /// The counts as they were behind an event.
  const letter_counts_by_state& counts_at(event_number number) const { return history_.at(number - 1); }
  /// The relay that a letter is claimed for.
  std::string relay_of(letter_index index) const { return relay_of_.at(index); }
  letter_state at(letter_index index) const { return states_.at(index); }
  letter_index letters() const { return static_cast<letter_index>(states_.size()); }
  /// How often a letter was in doubt.
  unsigned doubts_of(letter_index index) const { return doubts_.at(index); }
  /// How often one that was in doubt was let go again.
  unsigned resends_of(letter_index index) const { return resends_.at(index); }
  const campaign_spec& content() const { return content_; }
  /// Of the audience that it is bound to.
  const std::string& audience_hash() const { return audience_hash_; }
  /// The relays that its start or its approval was for.
  const relay_servers& approved_servers() const { return approved_servers_; }
  bool is_held() const { return is_held_; }
  bool is_sending() const { return is_sending_; }
  bool is_over() const { return is_over_; }
  bool is_whole() const { return is_whole_; } ///< it ended with all letters, not by a command
  std::optional<timestamp> zero() const { return zero_; }
  bool may_claim() const { return is_sending_ && !is_held_ && !is_over_; }
  /// Letters that could be claimed at that moment and are not, an example of them; nothing if there is none.
  std::optional<letter_index> overdue(timestamp now) const;

private:
  void on_event(const created& it, timestamp at);
  void on_event(const edited& it, timestamp at);
  void on_event(const submitted& it, timestamp at);
  void on_event(const approval_given& it, timestamp at);
  void on_event(const approved& it, timestamp at);
  void on_event(const scheduled& it, timestamp at);
  void on_event(const sending_began& it, timestamp at);
  void on_event(const paused& it, timestamp at);
  void on_event(const resumed& it, timestamp at);
  void on_event(const released& it, timestamp at);
  void on_event(const cancelled& it, timestamp at);
  void on_event(const rejected& it, timestamp at);
  void on_event(const discarded& it, timestamp at);
  void on_event(const claimed& it, timestamp at);
  void on_event(const settled& it, timestamp at);
  void on_event(const doubt_settled& it, timestamp at);
  void on_event(const refusals_settled& it, timestamp at);
  void on_event(const trial_passed&, timestamp);
  void on_event(const relay_failed&, timestamp) {}
  void on_event(const relay_recovered&, timestamp) {}
  void on_event(const drained& it, timestamp at);
  void on_event(const finished& it, timestamp at);

  void put_content(const campaign_spec& content, const audience_ref& audience);
  void record_outcome(const settled_group& group, letter_index index, timestamp at);
  void record_deferral(letter_index index, timestamp retry_at, timestamp at);
  void move(letter_index index, letter_state to);
  void lift_hold(letter_index trial);
  void record_approval();
  letter_index due(timestamp now) const;
  void must(bool holds, const char* rule) const;

  struct deferral {
    unsigned times = 0;
    timestamp due_at;
  };
  /// By words that may be about something else than the letter.
  struct refusal {
    std::string relay;
    bool has_acceptance_before = false;
    bool has_acceptance_after = false;
    bool is_last_try = false;
    bool came_again = false;
  };
  struct stop {
    letter_index in_flight = 0;
    drain_outcomes outcomes;
  };

  retry_settings retries_;
  campaign_spec content_;
  std::string audience_hash_;
  relay_servers approved_servers_;
  std::string by_; ///< of the event at hand
  std::set<std::string> authors_;
  std::string last_editor_;
  approval_rules approval_rules_;
  std::set<std::string> approvers_; ///< since it was submitted, or held until it is approved anew
  bool needs_approval_ = false;     ///< it is held so
  std::vector<letter_state> states_;
  std::vector<unsigned> doubts_;
  std::vector<unsigned> resends_;
  std::vector<bool> is_touched_; ///< claimed once, or skipped
  bool was_throttled_ = false;
  letter_index untouched_from_ = 0;
  letter_counts_by_state counts_{};
  std::vector<letter_counts_by_state> history_;
  std::map<letter_index, deferral> deferrals_;
  std::map<letter_index, refusal> refusals_;
  std::map<letter_index, std::string> relay_of_;    ///< of letters that are claimed, in doubt or out of doubt
  std::map<std::string, letter_index> accepted_by_; ///< relay, before the event at hand
  std::optional<letter_index> trial_room_;          ///< of the trial that is under way
  std::set<letter_index> trial_;
  bool waits_for_approval_ = false;
  bool is_sending_ = false;
  bool is_held_ = false;
  bool is_over_ = false;
  bool is_whole_ = false;
  std::optional<timestamp> zero_;
  std::optional<timestamp> released_at_;
  letter_index due_at_resume_ = 0;
  std::optional<stop> stop_;
  timestamp last_at_;
  bool is_asked_ = false; ///< the event at hand: a person caused it
};

} // namespace sluice::simulation
