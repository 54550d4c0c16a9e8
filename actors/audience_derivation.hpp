#pragma once
// New audiences made of what is there: of a campaign's letters by what became of them, of other audiences by their
// addresses, or of one that is split. Rows keep all their fields; they are read and written some thousand at a time, so
// that a list of any length takes bounded memory and gives way to others between two steps.

#include "messages/audience.hpp"
#include "messages/error.hpp"
#include "persistence/store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Rows of one step that writes some.
inline constexpr std::size_t derivation_rows_per_step = 5'000;
/// Addresses that are looked for in other audiences by one step, before the steps that write theirs: so many that most
/// blocks of the other audience's addresses, unpacked once, answer several of them. They take a few megabytes.
inline constexpr std::size_t derivation_addresses_per_look = 65'536;
/// Audiences that are put together, or that one is split into, at most.
inline constexpr std::size_t derivation_audiences_max = 16;

/// Used from one thread at a time. Dropped before its `commit` it leaves nothing; the store outlives it.
class audience_derivation {
public:
  virtual ~audience_derivation() = default;
  /// Some rows more. True: all are there.
  virtual result<bool> step() = 0;
  /// Makes the new audiences durable and visible, all at once. `invalid_input` where one of them is empty: then there is
  /// none.
  /// The key, where there is one, is remembered in the same write.
  result<std::vector<audience_info>> commit(const act& done, const audience_key_maker& key = {});

protected:
  explicit audience_derivation(store& in) : store_(in) {}
  /// An audience more; its place among the new ones.
  result<std::size_t> begin(std::string name, timestamp now);

  store& store_;
  std::vector<std::unique_ptr<audience_writer>> writers_;
  std::vector<std::string> names_;
  std::vector<letter_index> rows_; ///< taken so far, of each
};

using derivation_ptr = std::unique_ptr<audience_derivation>;

/// What became of a letter, as far as lists are made by it.
enum class letter_selection : std::uint8_t {
  accepted,
  refused, ///< for good
  skipped,
  not_sent, ///< of a final campaign: never offered, or put off and given up with the campaign
  in_doubt, ///< of a final campaign
};

std::string_view name_of(letter_selection what); ///< "accepted", "refused", "skipped", "not_sent", "in_doubt"
std::optional<letter_selection> parse_letter_selection(std::string_view text);

/// The recipients of those letters, in the campaign's order, as they are now. `not_allowed_now` where `what` names what only
/// a final campaign has.
result<derivation_ptr> derive_by_outcome(store& from,
                                         campaign_id campaign,
                                         const std::vector<letter_selection>& what,
                                         std::string name,
                                         timestamp now);

enum class set_operation : std::uint8_t {
  all_of, ///< addresses that are in every one ("and")
  any_of, ///< addresses that are in one or more ("or")
  without ///< addresses of the first that are in none of the others
};

std::optional<set_operation> parse_set_operation(std::string_view text); ///< "and", "or", "without"

/// By address, without regard to case. A row is that of the first audience that has the address; columns are united.
/// In the order of the first, then what the second has more, and so on.
result<derivation_ptr> derive_by_sets(store& from,
                                      set_operation what,
                                      const std::vector<audience_id>& audiences,
                                      std::string name,
                                      timestamp now);

/// Splits an audience into parts of so many percent (100 together), called `name` with " 1", " 2" … behind it. Their sizes
/// are exact (what is left over goes to the largest remainders). Who comes into which part is spread over the whole list by
/// a hash of the address and the list's hash: the same list is split the same way each time, another one otherwise. Each
/// part is in the list's order.
result<derivation_ptr> derive_split(store& from,
                                    audience_id audience,
                                    const std::vector<unsigned>& percents,
                                    std::string name,
                                    timestamp now);

/// How many of `rows` each part has, by largest remainders.
std::vector<letter_index> split_sizes(letter_index rows, const std::vector<unsigned>& percents);

} // namespace sluice
