#pragma once
// What a relay makes of the server's refusals: whose failure each is (actors/core/reply_policy.hpp), together with what
// happened before and beside it. Keeps the pace that the server bears, the account's trouble, and the letters that
// connections die of. Belongs to the relay's thread; pure but for that: the caller says what time it is.

#include "actors/core/reply_policy.hpp"
#include "adapters/delivery/letter_slot.hpp"
#include "adapters/delivery/pace_control.hpp"
#include "adapters/delivery/retry_delay.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

/// What becomes of a letter after a reply that did not take it.
struct disposition {
  letter_state outcome =
      letter_state::pending;     ///< refused and deferred are its own; pending: it was not about it
  bool refuses_sender = false;   ///< nothing of this sender is taken
  bool ends_session = false;     ///< the connection is of no use any more
  bool is_session_full = false;  ///< with `ends_session`: it has carried its letters, and another takes more
  bool frees_connection = false; ///< there are too many; this one ends when it is through
};

/// What was found of the pace that a server bears: enough to go on from after a restart.
struct pace_findings {
  std::optional<rate_finding> rate;
  std::optional<connections_finding> connections;
  std::vector<std::pair<std::string, rate_finding>>
      domains;       ///< of recipients, in lower case; latest found first
  std::string words; ///< by which the server asked last
  bool empty() const { return !rate && !connections && domains.empty(); }
  bool operator==(const pace_findings&) const = default;
};

class relay_governor {
public:
  /// `longest`: between two tries, however slow the server wants it.
  relay_governor(reply_policy policy,
                 std::size_t connections_max,
                 milliseconds longest,
                 retry_delay account_delay);

  /// Of a reply of 400 to 599 at MAIL or later. `open`, `working`: connections, and those that had a letter accepted.
  disposition judge(const letter_slot& letter,
                    const reply& said,
                    smtp_step step,
                    moment now,
                    std::size_t open,
                    std::size_t working);
  /// Of a reply before MAIL. True: there are too many connections, and it is no failure of the relay.
  bool is_too_many(const reply& said, smtp_step step, moment now, std::size_t open, std::size_t working);
  void on_accepted(const letter_slot& letter, moment now);

  /// A connection died of this letter, at RCPT or later. True: it is put off as its own failure, the third time while
  /// others passed, or where `is_alone`: no others are there.
  bool is_deadly(const letter_slot& letter, bool is_alone);
  /// A connection died of a letter, which is tried again, and none was accepted since.
  bool has_suspects() const { return !blamed_.empty(); }
  /// Connections died of several letters, and none was accepted between: it is the relay.
  bool is_relay_dying() const { return blamed_.size() > 1 && deaths_ >= deaths_max; }

  std::size_t connections_max() const { return connections_.limit(); }
  std::optional<double> per_second(moment now) const { return rate_.per_second(now); }
  /// Recipient domains with a pace of their own, found in the same way; 0: it has none any more.
  std::vector<std::pair<std::string, double>> domain_paces(moment now);
  bool is_slowed(moment now) const { return connections_.is_bounded() || per_second(now).has_value(); }
  /// The words that the pace was found by.
  const std::string& slowed_by() const { return slowed_by_; }
  /// What is worth keeping over a restart: of domains those that were found last.
  pace_findings findings() const;
  /// Goes on from what was found before; for a governor that has found nothing yet.
  void recall(const pace_findings& before, moment now);
  /// Grows with each change of `findings`.
  std::uint64_t findings_changes() const {
    return rate_.changes() + connections_.changes() + domain_changes_;
  }

  /// The account takes nothing: one letter tries, from `open_from` on.
  bool is_account_refusing() const { return is_refusing_; }
  moment open_from() const { return is_refusing_ ? open_from_ : moment::min(); }
  const notice& account_trouble() const { return trouble_; }

private:
  /// A letter of which connections died so often is put off.
  static constexpr unsigned deaths_max = 3;
  using key = std::pair<campaign_id, letter_index>;

  struct trouble {
    unsigned times = 0;         ///< with others accepted before the next
    std::uint64_t accepted = 0; ///< of all letters, when it last had it
  };

  static key key_of(const letter_slot& letter) { return {letter.from->campaign, letter.one->index}; }
  static trouble& note(std::map<key, trouble>& where, const key& letter);
  bool is_own_after_all(std::map<key, trouble>& where, const letter_slot& letter);
  bool is_alone(const letter_slot& letter, const reply_meaning& meaning) const;
  disposition
  on_account(const letter_slot& letter, const reply& said, const reply_meaning& meaning, moment now);
  disposition
  slow_down(const reply& said, bool is_about_connections, moment now, std::size_t open, std::size_t working);
  milliseconds probe_delay(const reply_meaning& meaning);
  bool is_domains(const letter_slot& letter, moment now);
  bool is_everybodys(const letter_slot& letter, const reply& said);

  reply_policy policy_;
  milliseconds longest_;
  rate_control rate_;
  connection_control connections_;
  std::string slowed_by_;

  /// Of a domain that was asked to slow down.
  struct domain_pace {
    explicit domain_pace(milliseconds longest) : rate(longest) {}
    rate_control rate;
    std::uint64_t accepted = 0; ///< of all letters, when it was asked last
    std::uint64_t own = 0;      ///< of the domain's, since then
    std::uint64_t slowed = 0;   ///< how often anybody had been asked by then
  };
  std::map<std::string, domain_pace, std::less<>> domains_;
  std::uint64_t domain_changes_ = 0;
  std::uint64_t slowed_ = 0;           ///< how often the server asked to slow down
  std::uint64_t accepted_at_slow_ = 0; ///< when it last did

  std::uint64_t accepted_ = 0;
  std::map<key, trouble> dying_;    ///< connections died of them
  std::set<key> blamed_;            ///< of those, since one was accepted
  unsigned deaths_ = 0;             ///< likewise
  std::map<key, trouble> disowned_; ///< what was said of them was taken for the account's

  /// The same delay came to these, and nothing was accepted between.
  std::string delayed_by_;
  std::set<key> delayed_;

  retry_delay account_delay_;
  std::set<key> refused_in_a_row_;
  unsigned refusals_in_a_row_ = 0;
  bool is_refusing_ = false;
  moment open_from_ = moment::min();
  bool is_periodic_ = false;              ///< the limit that the account last ran into
  std::uint64_t accepted_at_refusal_ = 0; ///< of all letters, when it last did
  notice trouble_;
};

} // namespace sluice
