#pragma once
// Questions that only the log can answer, letter by letter. They read the store and disturb no actor; any
// thread, but not one that must not wait for the disk.

#include "messages/view.hpp"
#include "persistence/store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace sluice {

/// One letter as `letters` lists it.
struct letter_row {
  letter_index index = 0;
  std::string email; ///< empty, as message_id, where the campaign's audience was deleted
  letter_state state = letter_state::pending;
  std::uint32_t attempts = 0; ///< how often it was claimed
  reply last_reply;           ///< of its latest outcome; empty text if there is none
  std::string message_id;
  std::optional<timestamp> changed_at; ///< when its state last changed; nothing while untouched
  std::optional<timestamp> retry_at;   ///< with deferred
  bool is_refused_for_now = false;     ///< with deferred: the refusal is provisional
  bool is_erased = false;              ///< the recipient was: then there is no address and no Message-ID
};

class letter_history;

struct letters_query {
  std::optional<letter_state> outcome;
  std::optional<letter_index> after; ///< rows behind this letter only
  std::size_t limit = 100;
  bool is_refused_for_now = false; ///< only those whose refusal is provisional
};

inline constexpr std::size_t letters_limit_max = 10'000;

/// Letters in index order. `seen`: what earlier questions learnt of the logs; without it the whole log is read.
result<std::vector<letter_row>> list_letters(const store& from,
                                             const campaign_view& campaign,
                                             const letters_query& query,
                                             letter_history* seen = nullptr);

/// One recipient's letter; `not_found` if the audience has no such address.
result<letter_row> find_letter(const store& from,
                               const campaign_view& campaign,
                               std::string_view address,
                               letter_history* seen = nullptr);

/// How many addresses a search looks at before it answers with what it has.
inline constexpr letter_index search_rows_max = 100'000;
inline constexpr std::size_t search_limit_max = 50;

struct found_letters {
  std::vector<letter_row> rows;
  std::optional<letter_index> last; ///< the last letter looked at; nothing when that was the audience's last
};

/// Letters whose address has these words in it, in whatever case; `query.limit` is search_limit_max at most.
/// An answer may be short, even empty, and yet not be the last.
result<found_letters> search_letters(const store& from,
                                     const campaign_view& campaign,
                                     std::string_view words,
                                     const letters_query& query,
                                     letter_history* seen = nullptr);

/// Recipient `index` and its audience. `not_found` past the end, or when there is no audience.
struct audience_row {
  audience_info audience;
  recipient row;
};
result<audience_row> letter_recipient(const store& from, const campaign_view& campaign, letter_index index);

} // namespace sluice
