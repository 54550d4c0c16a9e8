#pragma once
// Suppressions in a shared store: each question is one of the database, so that it is exact at every node at once. What may keep
// an address back (itself, its hidden form, its domain, those above) is asked for all addresses of a question together.
//
//   list (bytea)     empty: for all lists
//   target (bytea)   as parse_suppressed_target gives it; of somebody who was erased erased_target of the address
//                    (persistence/hidden_address.hpp)

#include "messages/house_event.hpp"
#include "persistence/suppressions.hpp"

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

class pg_rows;
class postgres_database;
class postgres_house_log;

class postgres_suppressions final : public suppression_list {
public:
  /// Deletes entries that have ended by `now`, where it may write. `database` and `house` outlive it.
  postgres_suppressions(postgres_database& database, postgres_house_log& house, timestamp now);
  result<std::size_t> add(const std::vector<suppression>& entries, const act& done) override;
  result<std::size_t>
  remove(const std::vector<std::string>& targets, std::string_view list, const act& done) override;
  result<void>
  visit(const std::function<void(const suppression& entry, std::string_view hidden)>& visitor) const override;
  result<std::vector<std::optional<suppression>>> find(const std::vector<std::string_view>& emails,
                                                       const suppression_scope& scope) const override;
  result<suppression_page> list(const suppression_query& query) const override;

  /// From now on every question is answered with this: what stands in the list is not to be trusted. Nothing: it is again.
  void distrust(std::optional<error> why);

private:
  result<std::size_t> add_some(std::span<const suppression> entries, const act& done);
  result<std::size_t>
  remove_some(std::span<const std::string> targets, std::string_view list, const act& done);
  result<void> find_some(std::span<const std::string_view> emails,
                         const suppression_scope& scope,
                         std::span<std::optional<suppression>> found) const;
  result<void> sweep(timestamp now);
  /// Entries behind a place, in the order of places, `of_list` only where it says one.
  result<pg_rows> read_behind(const suppression_place& place,
                              const std::optional<std::string>& of_list,
                              std::size_t count) const;

  postgres_database& database_;
  postgres_house_log& house_;
  mutable std::mutex mutex_; ///< guards what follows
  std::optional<error> distrusted_;
};

} // namespace sluice
