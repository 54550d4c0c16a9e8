#pragma once
// What the engine's tables must hold, as the house's log has it: a fold over its events, against which the tables are held
// when a store is opened and by an audit.

#include "persistence/audiences.hpp"
#include "persistence/hidden_address.hpp"
#include "persistence/house_log.hpp"
#include "persistence/removed_campaigns.hpp"
#include "persistence/suppressions.hpp"
#include "persistence/table_fault.hpp"
#include "persistence/tokens.hpp"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace sluice {

class house_tables {
public:
  struct audience_fact {
    std::string name;
    letter_index size = 0;
    std::string hash;
    std::string root; ///< of one of before, once it was rooted
    bool is_deleted = false;
    event_number number = 0; ///< of the event that brought it there
  };
  struct token_fact {
    house::token_created what;
    event_number number = 0;
    bool is_superseded = false;
  };

  /// Of a campaign that was removed.
  struct removal_fact {
    log_head end; ///< where its log ended
    timestamp at;
    event_number number = 0; ///< of the event that tells of it
  };
  static removal_fact removal_of(const house::campaign_removed& what, const stored_house_event& entry);

  void apply(const stored_house_event& entry);

  const std::map<std::string, token_fact>& tokens() const { return tokens_; } ///< by hash, in hexadecimal
  /// Everybody whom the log names: the id and name of each token that there ever was, and of who signed in without one.
  const std::vector<std::pair<std::string, std::string>>& past_tokens() const { return past_tokens_; }
  const std::map<std::uint64_t, audience_fact>& audiences() const { return audiences_; }
  const std::map<campaign_id, removal_fact>& removed_campaigns() const { return removed_; }
  std::size_t suppression_count();
  event_number last_number() const { return last_number_; }
  const std::string& key_hash() const { return key_hash_; }

  std::vector<table_fault> check_tokens(const std::vector<stored_token>& table) const;
  /// Reads the whole list. `now`: entries that have ended by then may be gone.
  result<std::vector<table_fault>>
  check_suppressions(const suppression_list& table, const address_hider& hide, timestamp now);
  std::vector<table_fault> check_audiences(const std::vector<audience_info>& table) const;

  /// Whether the list holds the entry as an event of the log has it.
  bool has(const suppression& entry, std::string_view hidden);

private:
  /// What an event says of one entry of the suppression list; 40 bytes, since there may be millions.
  struct suppression_fact {
    std::array<char, hidden_address_bytes> key{}; ///< of list and hidden target
    std::uint64_t digest = 0;                     ///< of all else; 0: it was removed
    std::int64_t until = 0;
    event_number number = 0;
  };
  void keep_latest();

  void rotate(const house::token_rotated& what, event_number number);

  std::map<std::string, token_fact> tokens_;
  std::vector<std::pair<std::string, std::string>> past_tokens_;
  std::map<std::uint64_t, audience_fact> audiences_;
  std::map<campaign_id, removal_fact> removed_;
  std::vector<suppression_fact> suppressions_; ///< in the events' order, then sorted by key
  bool is_sorted_ = false;
  std::string key_hash_;
  event_number last_number_ = 0;
};

/// The events that bring the log to what the tables hold.
result<std::vector<house_event>> events_of_acceptance(const journal& log,
                                                      const std::vector<stored_token>& tokens,
                                                      const suppression_list& suppressions,
                                                      const std::vector<audience_info>& audiences,
                                                      const address_hider& hide,
                                                      const act& done);

/// The whole log, folded; `corrupt` as read_house_log.
result<house_tables> read_house_tables(const journal& from_journal);

/// An entry as the log tells of it: its reason without the address.
house::suppression_group group_of(const suppression& entry);

/// The event that a token is made by.
house::token_created event_of(const sha256_hash& hash, const token_info& info);

/// The event that a token is rotated by; `old`: the secret before it, where that is still taken.
house::token_rotated rotation_of(const stored_token& added, const stored_token* old);

/// Whether a token is what the log says of its secret.
bool is_as_logged(const house_tables::token_fact& fact, const token_info& info);

/// The event that entries are added by.
house::suppressions_added event_of(const std::vector<suppression>& entries, const address_hider& hide);

} // namespace sluice
