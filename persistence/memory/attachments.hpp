#pragma once
// Attachments in memory.

#include "persistence/attachments.hpp"

#include <functional>
#include <map>
#include <mutex>

namespace sluice {

class memory_attachments final : public attachment_store {
public:
  result<stored_attachment> info(std::string_view id) const override;
  result<std::vector<stored_attachment>> list(std::string_view after, std::size_t limit) const override;
  result<std::string> read(std::string_view id) const override;
  result<void> remove(std::string_view id) override;

private:
  class writer;
  result<std::unique_ptr<attachment_writer>> begin_upload(stored_attachment begun,
                                                          std::uint64_t bytes_max) override;
  struct entry {
    stored_attachment info;
    std::string content;
  };

  mutable std::mutex mutex_;
  std::map<std::string, entry, std::less<>> entries_;
};

} // namespace sluice
