#include "persistence/memory/attachments.hpp"

namespace sluice {

class memory_attachments::writer final : public attachment_writer {
public:
  writer(memory_attachments& into, stored_attachment info, std::uint64_t bytes_max) :
      into_(into), info_(std::move(info)), bytes_max_(bytes_max) {}

  result<void> add(std::string_view bytes) override {
    if (content_.size() + bytes.size() > bytes_max_)
      return failure(error_code::too_large, notice{"attachment_too_large", {{"max", bytes_max_}}});
    content_.append(bytes);
    return {};
  }

  result<stored_attachment> commit() override {
    info_.id = to_hex(sha256(content_));
    info_.bytes = content_.size();
    const std::lock_guard guard(into_.mutex_);
    into_.entries_.insert_or_assign(info_.id, entry{info_, std::move(content_)});
    return info_;
  }

private:
  memory_attachments& into_;
  stored_attachment info_;
  std::uint64_t bytes_max_;
  std::string content_;
};

result<std::unique_ptr<attachment_writer>>
memory_attachments::begin(std::string name, std::string type, std::uint64_t bytes_max, timestamp now) {
  return std::make_unique<writer>(
      *this,
      stored_attachment{
          .id = {}, .name = std::move(name), .type = std::move(type), .bytes = 0, .added_at = now},
      bytes_max);
}

result<stored_attachment> memory_attachments::info(std::string_view id) const {
  const std::lock_guard guard(mutex_);
  const auto known = entries_.find(id);
  return known == entries_.end() ? result<stored_attachment>(no_such_attachment(id)) : known->second.info;
}

result<std::vector<stored_attachment>> memory_attachments::list(std::string_view after,
                                                                std::size_t limit) const {
  const std::lock_guard guard(mutex_);
  std::vector<stored_attachment> some;
  for (auto one = entries_.upper_bound(after); one != entries_.end() && some.size() < limit; ++one)
    some.push_back(one->second.info);
  return some;
}

result<std::string> memory_attachments::read(std::string_view id) const {
  const std::lock_guard guard(mutex_);
  const auto known = entries_.find(id);
  return known == entries_.end() ? result<std::string>(no_such_attachment(id)) : known->second.content;
}

result<void> memory_attachments::remove(std::string_view id) {
  const std::lock_guard guard(mutex_);
  const auto known = entries_.find(id);
  if (known == entries_.end())
    return no_such_attachment(id);
  entries_.erase(known);
  return {};
}

} // namespace sluice
