#pragma once
// Addresses that get no letter from anybody here: unsubscribed, bounced, complained. Looked up when a
// letter is made, not when its audience was imported.

#include "messages/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct suppression {
  std::string email;  ///< as `folded` of messages/address.hpp has it
  std::string reason; ///< "unsubscribed", "bounced", "complained", "operator" or words
  timestamp since;
  bool operator==(const suppression&) const = default;
};

class suppression_list {
public:
  virtual ~suppression_list() = default;
  /// Durable when it returns. Addresses that are in it already stay as they are. Returns how many were new.
  virtual result<std::size_t> add(const std::vector<suppression>& entries) = 0;
  /// How many of them were in it.
  virtual result<std::size_t> remove(const std::vector<std::string>& emails) = 0;
  /// The reason, or nothing: one entry for each address asked for, in order. Any thread, and cheap.
  virtual result<std::vector<std::optional<std::string>>>
  find(const std::vector<std::string_view>& emails) const = 0;
  /// `limit` entries in the order of addresses, from the first after `after`.
  virtual result<std::vector<suppression>> list(std::string_view after, std::size_t limit) const = 0;
};

} // namespace sluice
