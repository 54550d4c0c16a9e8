#pragma once
// The tokens in memory, which every form of the token store answers from: a look-up is one hash and one
// search. Where they are kept besides is the `token_keeper`'s.

#include "messages/sha256.hpp"
#include "persistence/token_name.hpp"
#include "persistence/tokens.hpp"

#include <map>
#include <set>
#include <shared_mutex>
#include <unordered_map>

namespace sluice {

/// Where tokens are kept, called before a change is seen by anybody. Each change is one write with its event.
class token_keeper {
public:
  virtual ~token_keeper() = default;
  virtual result<void> keep(const sha256_hash& hash, const token_info& info, const act& done) = 0;
  /// `added` takes the place of `changed`, whose secret is superseded; those of `dropped` go.
  virtual result<void> rotate(const stored_token& added,
                              const stored_token* changed,
                              const std::vector<sha256_hash>& dropped,
                              const act& done) = 0;
  virtual result<void>
  forget(const std::vector<sha256_hash>& hashes, const token_info& info, const act& done) = 0;
};

class token_table : public token_store {
public:
  /// `keeper` outlives the table.
  explicit token_table(token_keeper& keeper) : keeper_(keeper) {}

  using token_store::create;
  result<created_token> create(token_request wanted, const act& done) override;
  result<created_token> rotate(std::string_view id_or_name,
                               std::optional<timestamp> expires_at,
                               std::optional<timestamp> old_until,
                               const act& done) override;
  std::optional<token_info> find(std::string_view secret) const override;
  result<std::vector<token_info>> list() const override; ///< in the order of their names
  result<void> revoke(std::string_view id_or_name, const act& done) override;
  bool reserve_name(const std::string& name, const std::string& id) override;
  std::vector<stored_token> stored() const override;

  /// Takes in what was kept earlier.
  void load(const sha256_hash& hash, token_info info);
  /// How often something was changed here.
  std::uint64_t changes() const;
  /// What is kept by now, in place of all that was taken in, unless something was changed here since `changes` said `as_of`.
  bool replace(const std::vector<stored_token>& all, std::uint64_t as_of);
  /// A name and an id that a token had once: no other gets them.
  void load_past(std::string name, std::string id);
  /// Takes out what is not to be honoured, although it is kept.
  void disregard(const sha256_hash& hash);

private:
  struct first_bytes {
    std::size_t operator()(const sha256_hash& hash) const noexcept;
  };
  using table = std::unordered_map<sha256_hash, token_info, first_bytes>;
  // Under the lock.
  table::iterator current(std::string_view id_or_name);
  std::vector<sha256_hash> secrets_of(const std::string& id) const;

  token_keeper& keeper_;
  mutable std::shared_mutex mutex_; ///< guards what follows
  table tokens_;
  std::uint64_t changes_ = 0;
  std::map<std::string, std::string, std::less<>> names_; ///< that there are or were, and whose
  std::set<std::string, std::less<>> ids_;                ///< likewise
};

} // namespace sluice
