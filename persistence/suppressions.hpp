#pragma once
// Who gets no letter from anybody here: unsubscribed, bounced, complained. Looked up when a letter is made, not when its
// audience was imported. An entry may name a whole domain, count for one list only, and end by itself.

#include "messages/notice.hpp"
#include "messages/principal.hpp"
#include "messages/suppressed_target.hpp"
#include "messages/time.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct suppression {
  std::string email;  ///< whom: a form of parse_suppressed_target, "ann@example.com" or "@example.com"
  std::string reason; ///< "unsubscribed", "bounced", "complained", "operator" or words
  timestamp since;
  std::string list = {}; ///< it counts only for letters of this list; empty: for all. No control characters
  std::optional<timestamp> until = std::nullopt; ///< from then on it counts no longer; nothing: for good
  bool operator==(const suppression&) const = default;

  bool counts_at(timestamp now) const { return !until || now < *until; }
  bool outlasts(const suppression& other) const { return other.until && (!until || *until > *other.until); }
};

/// What is said of a letter that an entry kept back: with the reason, the domain where it names one, and its list.
notice notice_of(const suppression& entry);

/// Which letters are asked about.
struct suppression_scope {
  std::string_view list; ///< that they belong to; see list_name_of
  timestamp now;
};

/// Which entries are listed.
struct suppression_query {
  std::string after = {}; ///< `next` of the page before, or an address; empty: from the beginning
  std::size_t limit = 1000;
  timestamp now;
  std::optional<std::string> list = std::nullopt; ///< those of one list only; nothing: all
  std::string words = {};                         ///< only those whose address or domain has these in it
};

struct suppression_page {
  std::vector<suppression> entries;
  std::string next; ///< where to go on; empty: this was the last one
};

/// How many entries a search looks at before it answers with what it has.
inline constexpr std::size_t suppressions_searched_max = 100'000;

class suppression_list {
public:
  virtual ~suppression_list() = default;
  /// Durable when it returns. One that is in it already (the same target and list) stays as it is, unless it has ended
  /// when the new one begins, or ends sooner: then the new one takes its place. Returns how many were new or took a place.
  /// Here and below `done`: by whom and when, for the house's log.
  virtual result<std::size_t> add(const std::vector<suppression>& entries, const act& done) = 0;
  /// How many of these targets were in it, for that list (empty: for all).
  virtual result<std::size_t>
  remove(const std::vector<std::string>& targets, std::string_view list, const act& done) = 0;
  /// Every entry, also those that have ended; of one whose address was erased the hidden address, and no other.
  virtual result<void>
  visit(const std::function<void(const suppression& entry, std::string_view hidden)>& visitor) const = 0;
  /// The entry that keeps letters to it back, or nothing: one for each address asked for, in order. Where several do,
  /// that of the address before that of its domain. Any thread, and cheap.
  virtual result<std::vector<std::optional<suppression>>> find(const std::vector<std::string_view>& emails,
                                                               const suppression_scope& scope) const = 0;
  /// Entries that count, in the order of their targets, those for all lists first. A page may be short, even empty, and
  /// yet not be the last.
  virtual result<suppression_page> list(const suppression_query& query) const = 0;
};

/// A place in the list, as text that travels in a request: of an entry for all lists its target.
struct suppression_place {
  std::string list;
  std::string target;
};
std::string to_cursor(const suppression_place& place);
/// Nothing where it is none; a target may have capitals.
std::optional<suppression_place> place_of_cursor(std::string_view cursor);

} // namespace sluice
