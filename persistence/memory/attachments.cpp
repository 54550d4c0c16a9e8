#include "persistence/memory/attachments.hpp"

namespace sluice {

class memory_attachments::writer final : public attachment_writer {
public:
  writer(memory_attachments& into, stored_attachment begun, std::uint64_t bytes_max) :
      attachment_writer(std::move(begun), bytes_max), into_(into) {}

  result<stored_attachment> commit() override {
    finish();
    const std::lock_guard guard(into_.mutex_);
    into_.entries_.insert_or_assign(info_.id, entry{info_, std::move(content_)});
    return info_;
  }

private:
  result<void> take(std::string_view bytes) override {
    content_.append(bytes);
    return {};
  }

  memory_attachments& into_;
  std::string content_;
};

result<std::unique_ptr<attachment_writer>> memory_attachments::begin_upload(stored_attachment begun,
                                                                            std::uint64_t bytes_max) {
  return std::make_unique<writer>(*this, std::move(begun), bytes_max);
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
