#pragma once
// The letters of one campaign that wait for a connection, in the order in which they were offered, except
// that a recipient domain over its limit steps aside: others behind it go first. Of one domain only as many stand
// aside as its limit lets leave in a few seconds, of all look_ahead_max; those beyond leave the queue (throttled),
// so that they keep nobody back and take no memory.

#include "actors/core/result_group.hpp"
#include "actors/relay.hpp"
#include "adapters/delivery/rate_limit.hpp"
#include "messages/letter_ranges.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sluice {

/// A letter and the batch that holds its text.
struct queued_letter {
  batch_ptr from;
  const letter* one = nullptr;
};

class letter_queue {
public:
  /// So many letters of limited domains may step aside.
  static constexpr std::size_t look_ahead_max = 1000;

  void push(batch_part letters);

  /// The next letter that `domains` lets leave now, counted there; nothing when there is none or all must
  /// wait until `ready_at`.
  std::optional<queued_letter> pop(moment now, domain_limits& domains);

  /// Letters that left the queue in pops since the last call.
  std::vector<throttled_letters> take_throttled() { return std::exchange(throttled_, {}); }

  /// After a pop that gave nothing: from when on it gives something; moment::max() when empty.
  moment ready_at() const;

  /// How many letters have stepped aside for the limit of this domain.
  std::size_t aside(std::string_view domain) const;

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  /// Takes all letters out, and leaves the lines in which they stood.
  letter_ranges clear(domain_limits& domains);

private:
  std::optional<queued_letter> pop_aside(moment now, domain_limits& domains);
  queued_letter pop_front();
  void step_aside(queued_letter one, std::string domain, moment now, domain_limits& domains);
  void throttle(letter_index index, std::string domain, const domain_limits& domains);

  std::deque<batch_part> parts_;
  std::map<std::string, std::deque<queued_letter>, std::less<>> aside_; ///< by domain
  std::set<std::pair<moment, std::string>> aside_until_;                ///< the same domains, soonest first
  std::size_t aside_size_ = 0;
  std::vector<throttled_letters> throttled_;
  std::size_t size_ = 0;
};

} // namespace sluice
