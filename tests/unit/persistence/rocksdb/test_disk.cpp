#include "tests/unit/persistence/rocksdb/test_disk.hpp"

#include <filesystem>

namespace sluice::testing {

using rocksdb::DataVerificationInfo;
using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

class test_disk::file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  using base = rocksdb::FSWritableFileOwnerWrapper;

  file(test_disk& disk, std::string name, std::unique_ptr<FSWritableFile> real) :
      base(std::move(real)), disk_(disk), name_(std::move(name)) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    switch (disk_.fate_of_append(name_)) {
    case fate::fails_half_done: {
      const auto half = data.size() / 2;
      static_cast<void>(!base::Append(Slice(data.data(), half), options, debug).ok());
      count_written(half);
      return disk_.error();
    }
    case fate::fails:
      return disk_.error();
    case fate::swallowed:
      return IOStatus::OK();
    case fate::done:
      break;
    }
    auto status = base::Append(data, options, debug);
    if (status.ok())
      count_written(data.size());
    return status;
  }
  IOStatus Append(const Slice& data,
                  const IOOptions& options,
                  const DataVerificationInfo&,
                  IODebugContext* debug) override {
    return Append(data, options, debug);
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override { return sync(options, debug); }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return sync(options, debug); }

private:
  IOStatus sync(const IOOptions& options, IODebugContext* debug) {
    switch (disk_.fate_of_sync(name_)) {
    case fate::fails_half_done:
    case fate::fails:
      return disk_.error();
    case fate::swallowed:
      return IOStatus::OK();
    case fate::done:
      break;
    }
    auto status = base::Sync(options, debug);
    const std::lock_guard guard(disk_.mutex_);
    auto& reached = disk_.extents_[name_];
    if (status.ok())
      reached.synced = reached.written;
    return status;
  }

  void count_written(std::uint64_t bytes) {
    const std::lock_guard guard(disk_.mutex_);
    disk_.extents_[name_].written += bytes;
  }

  test_disk& disk_;
  std::string name_;
};

void test_disk::fail_with(fault what) {
  const std::lock_guard guard(mutex_);
  fault_ = what;
}

void test_disk::close_gate(files which) {
  const std::lock_guard guard(mutex_);
  is_gate_closed_ = true;
  gated_ = which;
}

void test_disk::open_gate() {
  const std::lock_guard guard(mutex_);
  is_gate_closed_ = false;
  changed_.notify_all();
}

void test_disk::wait_at_gate() {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [this] { return waiting_ > 0; });
}

std::size_t test_disk::log_syncs() const {
  const std::lock_guard guard(mutex_);
  return log_syncs_;
}

void test_disk::cut_power() {
  const std::lock_guard guard(mutex_);
  is_power_cut_ = true;
}

void test_disk::lose_unsynced(unsigned kept_percent) {
  const std::lock_guard guard(mutex_);
  for (const auto& [name, reached] : extents_)
    if (std::filesystem::exists(name))
      std::filesystem::resize_file(name,
                                   reached.synced + (reached.written - reached.synced) * kept_percent / 100);
}

test_disk::fate test_disk::fate_of_write() {
  const std::lock_guard guard(mutex_);
  if (is_power_cut_)
    return fate::swallowed;
  return fault_ == fault::write || fault_ == fault::full ? fate::fails_half_done : fate::done;
}

test_disk::fate test_disk::fate_of_append(const std::string& name) {
  const auto will = fate_of_write();
  const std::lock_guard guard(mutex_);
  return will == fate::done && fault_ == fault::logs_full && name.ends_with(".log") ? fate::fails_half_done
                                                                                    : will;
}

test_disk::fate test_disk::fate_of_sync(const std::string& name) {
  std::unique_lock guard(mutex_);
  const bool is_log = name.ends_with(".log");
  log_syncs_ += is_log ? 1U : 0U;
  if (gated_ == files::logs ? is_log : name.ends_with(".sst")) {
    ++waiting_;
    changed_.notify_all();
    changed_.wait(guard, [this] { return !is_gate_closed_; });
    --waiting_;
  }
  if (is_power_cut_)
    return fate::swallowed;
  return fault_ == fault::none || fault_ == fault::logs_full ? fate::done : fate::fails;
}

IOStatus test_disk::error() const {
  const std::lock_guard guard(mutex_);
  return fault_ == fault::full || fault_ == fault::logs_full ? IOStatus::NoSpace("as the test wants it")
                                                             : IOStatus::IOError("as the test wants it");
}

IOStatus test_disk::NewWritableFile(const std::string& name,
                                    const FileOptions& options,
                                    std::unique_ptr<FSWritableFile>* made,
                                    IODebugContext* debug) {
  if (std::filesystem::path(name).filename().string().starts_with("LOG"))
    return FileSystemWrapper::NewWritableFile(name, options, made, debug);
  const auto will = fate_of_write();
  if (will == fate::fails_half_done)
    return error();
  // What is made without power goes to a place where it is found by nobody.
  const auto where = will == fate::swallowed ? name + ".unmade" : name;
  auto status = FileSystemWrapper::NewWritableFile(where, options, made, debug);
  if (!status.ok())
    return status;
  if (will == fate::done) {
    const std::lock_guard guard(mutex_);
    extents_[name] = {};
  }
  *made = std::make_unique<file>(*this, name, std::move(*made));
  return status;
}

IOStatus test_disk::RenameFile(const std::string& from,
                               const std::string& to,
                               const IOOptions& options,
                               IODebugContext* debug) {
  if (fate_of_write() == fate::swallowed)
    return IOStatus::OK();
  auto status = FileSystemWrapper::RenameFile(from, to, options, debug);
  const std::lock_guard guard(mutex_);
  if (auto known = extents_.extract(from); status.ok() && !known.empty())
    extents_[to] = known.mapped();
  return status;
}

IOStatus test_disk::DeleteFile(const std::string& name, const IOOptions& options, IODebugContext* debug) {
  if (fate_of_write() == fate::swallowed)
    return IOStatus::OK();
  return FileSystemWrapper::DeleteFile(name, options, debug);
}

} // namespace sluice::testing
