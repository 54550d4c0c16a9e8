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

/// Each role may do what those before it may, except that a moderator steers no campaign but by pausing it and an
/// operator approves none; admin may do everything. A watcher sees no address.
enum class role : std::uint8_t { watcher, viewer, operator_, moderator, admin };

std::string_view name_of(role value); ///< "watcher", "viewer", "operator", "moderator", "admin"
std::optional<role> parse_role(std::string_view text);
/// All of them, for people: "watcher, viewer, operator, moderator or admin".
inline constexpr std::string_view role_names_text = "watcher, viewer, operator, moderator or admin";

/// Which campaigns a token sees and steers: those that are sent from one of the domains, and have one of the tags. An empty
/// list is no limit.
struct token_scope {
  std::vector<std::string> domains; ///< as ascii_domain has them
  std::vector<std::string> tags;
  bool is_limited() const { return !domains.empty() || !tags.empty(); }
  bool operator==(const token_scope&) const = default;
};

struct token_info {
  std::string id;   ///< eight hexadecimal digits of its first secret's hash; what `revoke` takes
  std::string name; ///< unique among tokens, those that are revoked too
  sluice::role role = role::viewer;
  timestamp created_at;
  std::optional<timestamp> expires_at = std::nullopt; ///< from then on its secret is not taken
  token_scope scope = {};
  bool is_superseded = false; ///< the secret is not the token's last one: `expires_at` is that secret's end
  bool operator==(const token_info&) const = default;

  bool has_expired(timestamp now) const { return expires_at && *expires_at <= now; }
};

/// A token as it is kept.
struct stored_token {
  sha256_hash hash{}; ///< of its secret
  token_info info;
};

/// What is wanted of a new token.
struct token_request {
  sluice::role role = role::viewer;
  std::string name;
  std::optional<timestamp> expires_at = std::nullopt;
  token_scope scope = {};
};

class token_store {
public:
  virtual ~token_store() = default;
  struct created_token {
    token_info info;
    std::string secret; ///< "slc_" and 43 characters of base64url; kept nowhere
  };
  /// Here and below `done`: by whom and when, for the house's log. `invalid_input` for a name that is none (see
  /// token_name.hpp), `conflict` for one that a token has or had.
  virtual result<created_token> create(token_request wanted, const act& done) = 0;
  result<created_token> create(role role, std::string name, const act& done) {
    return create({role, std::move(name), {}, {}}, done);
  }
  /// Another secret for the same token. The one before is taken until `old_until` (nothing, or a time that has passed: no
  /// longer), any earlier one no more. By id or name; `not_found`.
  virtual result<created_token> rotate(std::string_view id_or_name,
                                       std::optional<timestamp> expires_at,
                                       std::optional<timestamp> old_until,
                                       const act& done) = 0;
  /// Who holds this secret, also one that has expired; nothing if nobody. Compared by hash. Any thread, and cheap.
  virtual std::optional<token_info> find(std::string_view secret) const = 0;
  virtual result<std::vector<token_info>> list() const = 0; ///< without superseded secrets
  /// By id or name; `not_found`.
  virtual result<void> revoke(std::string_view id_or_name, const act& done) = 0;
  /// Gives a name to somebody who has no token here, but an `id` of another kind: false where another has or had it. It lasts beyond
  /// the process once the house's log has an event by them.
  virtual bool reserve_name(const std::string& name, const std::string& id) = 0;
  /// All, with their hashes, for an audit.
  virtual std::vector<stored_token> stored() const = 0;
};

} // namespace sluice
