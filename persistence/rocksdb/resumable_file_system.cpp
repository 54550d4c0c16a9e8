#include "persistence/rocksdb/resumable_file_system.hpp"

#include <string>
#include <utility>

namespace sluice {

namespace {

using rocksdb::DataVerificationInfo;
using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

/// "No space" becomes a plain error too: for that one RocksDB would wait for its own five-second poll of
/// the disk and turn down every Resume in between.
IOStatus resumable(IOStatus status) {
  if (status.ok() || !status.IsIOError())
    return status;
  auto marked = status.IsNoSpace() ? IOStatus::IOError(status.ToString()) : std::move(status);
  marked.SetRetryable(true);
  return marked;
}

class resumable_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  using base = rocksdb::FSWritableFileOwnerWrapper;
  using base::base;

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    return resumable(base::Append(data, options, debug));
  }
  IOStatus Append(const Slice& data,
                  const IOOptions& options,
                  const DataVerificationInfo& verification,
                  IODebugContext* debug) override {
    return resumable(base::Append(data, options, verification, debug));
  }
  IOStatus Truncate(std::uint64_t size, const IOOptions& options, IODebugContext* debug) override {
    return resumable(base::Truncate(size, options, debug));
  }
  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    return resumable(base::Close(options, debug));
  }
  IOStatus Flush(const IOOptions& options, IODebugContext* debug) override {
    return resumable(base::Flush(options, debug));
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    return resumable(base::Sync(options, debug));
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return resumable(base::Fsync(options, debug));
  }
  IOStatus RangeSync(std::uint64_t offset,
                     std::uint64_t bytes,
                     const IOOptions& options,
                     IODebugContext* debug) override {
    return resumable(base::RangeSync(offset, bytes, options, debug));
  }
};

class resumable_folder final : public rocksdb::FSDirectoryWrapper {
public:
  using base = rocksdb::FSDirectoryWrapper;
  using base::base;

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    return resumable(base::Fsync(options, debug));
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options,
                               IODebugContext* debug,
                               const rocksdb::DirFsyncOptions& folder_options) override {
    return resumable(base::FsyncWithDirOptions(options, debug, folder_options));
  }
};

class resumable_file_system final : public rocksdb::FileSystemWrapper {
public:
  using base = rocksdb::FileSystemWrapper;
  using base::base;

  const char* Name() const override { return "sluice_resumable"; }

  IOStatus NewWritableFile(const std::string& name,
                           const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* file,
                           IODebugContext* debug) override {
    return wrapped(base::NewWritableFile(name, options, file, debug), file);
  }
  IOStatus ReopenWritableFile(const std::string& name,
                              const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* file,
                              IODebugContext* debug) override {
    return wrapped(base::ReopenWritableFile(name, options, file, debug), file);
  }
  IOStatus ReuseWritableFile(const std::string& name,
                             const std::string& old_name,
                             const FileOptions& options,
                             std::unique_ptr<rocksdb::FSWritableFile>* file,
                             IODebugContext* debug) override {
    return wrapped(base::ReuseWritableFile(name, old_name, options, file, debug), file);
  }
  IOStatus NewDirectory(const std::string& name,
                        const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* folder,
                        IODebugContext* debug) override {
    auto status = base::NewDirectory(name, options, folder, debug);
    if (status.ok())
      *folder = std::make_unique<resumable_folder>(std::move(*folder));
    return resumable(std::move(status));
  }
  IOStatus RenameFile(const std::string& from,
                      const std::string& to,
                      const IOOptions& options,
                      IODebugContext* debug) override {
    return resumable(base::RenameFile(from, to, options, debug));
  }

private:
  static IOStatus wrapped(IOStatus status, std::unique_ptr<rocksdb::FSWritableFile>* file) {
    if (status.ok())
      *file = std::make_unique<resumable_file>(std::move(*file));
    return resumable(std::move(status));
  }
};

} // namespace

std::shared_ptr<rocksdb::FileSystem> make_resumable(std::shared_ptr<rocksdb::FileSystem> base) {
  return std::make_shared<resumable_file_system>(std::move(base));
}

} // namespace sluice
