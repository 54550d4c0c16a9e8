#pragma once
// Replies that were seen lately, so that a server which says "250 2.0.0 Ok" a million times is read once.

#include "adapters/delivery/letter_slot.hpp"
#include "adapters/smtp/smtp_reply.hpp"

#include <array>

namespace sluice {

class reply_words {
public:
  reply_ptr of(const smtp_reply_view& view) {
    for (const auto& one : seen_)
      if (one.made && one.made->code == view.code && one.text == view.text)
        return one.made;
    auto& oldest = seen_[next_];
    next_ = (next_ + 1) % seen_.size();
    oldest.text.assign(view.text);
    oldest.made = std::make_shared<const reply>(to_reply(view));
    return oldest.made;
  }

private:
  struct entry {
    std::string text;
    reply_ptr made;
  };
  std::array<entry, 4> seen_;
  std::size_t next_ = 0;
};

} // namespace sluice
