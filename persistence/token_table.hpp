#pragma once
// The tokens in memory, which every form of the token store answers from: a look-up is one hash and one
// search. Where they are kept besides is the `token_keeper`'s.

#include "messages/sha256.hpp"
#include "persistence/tokens.hpp"

#include <shared_mutex>
#include <unordered_map>

namespace sluice {

inline constexpr std::size_t token_name_bytes_max = 100;

/// Where tokens are kept, called before a change is seen by anybody.
class token_keeper {
public:
  virtual ~token_keeper() = default;
  virtual result<void> keep(const sha256_hash& hash, const token_info& info, const act& done) = 0;
  virtual result<void> forget(const sha256_hash& hash, const token_info& info, const act& done) = 0;
};

class token_table : public token_store {
public:
  /// `keeper` outlives the table.
  explicit token_table(token_keeper& keeper) : keeper_(keeper) {}

  /// `invalid_input` for a name that is empty, too long or not printable, `conflict` for one that is taken.
  result<created_token> create(role role, std::string name, const act& done) override;
  std::optional<token_info> find(std::string_view secret) const override;
  result<std::vector<token_info>> list() const override; ///< in the order of their names
  result<void> revoke(std::string_view id_or_name, const act& done) override;
  std::vector<stored_token> stored() const override;

  /// Takes in what was kept earlier.
  void load(const sha256_hash& hash, token_info info);
  /// Takes out what is not to be honoured, although it is kept.
  void disregard(const sha256_hash& hash);

private:
  bool is_name_taken(std::string_view name) const; ///< under the lock
  struct first_bytes {
    std::size_t operator()(const sha256_hash& hash) const noexcept;
  };

  token_keeper& keeper_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<sha256_hash, token_info, first_bytes> tokens_;
};

} // namespace sluice
