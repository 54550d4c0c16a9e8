#pragma once
// Who may do what. A token is 32 random bytes shown once; what is stored is its SHA-256.

#include "messages/principal.hpp"
#include "messages/sha256.hpp"
#include "messages/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// Each role may do what those before it may, except that a moderator steers no campaign and an
/// operator approves none; admin may do everything.
enum class role : std::uint8_t { viewer, operator_, moderator, admin };

std::string_view name_of(role value); ///< "viewer", "operator", "moderator", "admin"
std::optional<role> parse_role(std::string_view text);

struct token_info {
  std::string id;   ///< eight hexadecimal digits of the hash; what `revoke` takes
  std::string name; ///< unique among tokens
  sluice::role role = role::viewer;
  timestamp created_at;
  bool operator==(const token_info&) const = default;
};

/// A token as it is kept.
struct stored_token {
  sha256_hash hash{}; ///< of its secret
  token_info info;
};

class token_store {
public:
  virtual ~token_store() = default;
  struct created_token {
    token_info info;
    std::string secret; ///< "slc_" and 43 characters of base64url; kept nowhere
  };
  /// Here and below `done`: by whom and when, for the house's log.
  virtual result<created_token> create(role role, std::string name, const act& done) = 0;
  /// Who holds this secret; nothing if nobody. Compared by hash. Any thread, and cheap.
  virtual std::optional<token_info> find(std::string_view secret) const = 0;
  virtual result<std::vector<token_info>> list() const = 0;
  /// By id or name; `not_found`.
  virtual result<void> revoke(std::string_view id_or_name, const act& done) = 0;
  /// All, with their hashes, for an audit.
  virtual std::vector<stored_token> stored() const = 0;
};

} // namespace sluice
