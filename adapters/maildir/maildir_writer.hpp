#pragma once
// Puts letters into a maildir, many at a time, durably.

#include "actors/letters/date_field.hpp"
#include "adapters/delivery/batch_relay.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace sluice {

class maildir_writer {
public:
  maildir_writer(std::filesystem::path folder, clock_source now);
  ~maildir_writer();
  maildir_writer(const maildir_writer&) = delete;
  maildir_writer& operator=(const maildir_writer&) = delete;

  /// Makes and opens the folders.
  result<void> open();
  /// Delivers all or, when the disk fails, those that were renamed in time, which are then in doubt: the
  /// folder that names them may not have reached the disk. After a failure the folders are opened anew.
  result<void> deliver(std::span<delivery> letters);

private:
  result<void> deliver_now(std::span<delivery> letters);
  void close();
  std::string unique_name(const letter_slot& letter);
  result<void> write(const letter_slot& letter, const std::string& name);
  result<void> sync_files();
  result<void> rename_all(std::span<delivery> letters);
  result<void> trouble(const char* doing) const;

  std::filesystem::path folder_;
  clock_source now_;
  date_fields dates_;
  std::string host_;
  std::uint64_t written_ = 0;
  int tmp_ = -1; ///< the folders, opened
  int new_ = -1;
  std::vector<std::string> names_;
  std::string text_; ///< a file's, kept for its memory
  reply_ptr words_;
};

} // namespace sluice
