#include "persistence/rocksdb/database.hpp"

#include "messages/check.hpp"
#include "persistence/rocksdb/info_log.hpp"
#include "persistence/rocksdb/log_damage.hpp"
#include "persistence/rocksdb/options.hpp"
#include "persistence/rocksdb/resumable_file_system.hpp"
#include "persistence/store_copy.hpp"

#include <fmt/format.h>
#include <rocksdb/listener.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <system_error>
#include <utility>
#include <vector>

namespace sluice {

namespace {

namespace fs = std::filesystem;

// In the family `default`: beside "note/…" the format's number in decimal, and the store's secret as it is.
constexpr std::string_view format_key = "format";
constexpr std::string_view secret_key = "secret";
/// Says nothing: see keep_resumable.
constexpr std::string_view resumable_key = "resumable";
constexpr unsigned format_now = 1;
// A running engine may replace files while a reader opens them one after the other: then it tries again,
// since it may have read an old list of tables and the log that goes with a new one.
constexpr int read_only_attempts_max = 5;

std::unexpected<error> not_ours(const fs::path& folder, std::string_view why) {
  return failure(error_code::corrupt, fmt::format("{} is no data folder of sluice ({}); name another folder",
                                                  folder.string(), why));
}

bool has_database(const fs::path& folder) {
  std::error_code problem;
  return fs::exists(folder / "CURRENT", problem);
}

/// Table or log files without their CURRENT: a new database in their place would hide what they hold.
bool has_remains(const fs::path& folder) {
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    const auto extension = entry.path().extension();
    const auto stem = entry.path().stem().string();
    const bool is_numbered = std::ranges::all_of(stem, [](char c) { return c >= '0' && c <= '9'; });
    if (is_numbered && (extension == ".sst" || extension == ".log"))
      return true;
  }
  return false;
}

/// Changes whenever the list of tables and logs does.
std::string manifest_mark(const fs::path& folder) {
  std::string name;
  std::getline(std::ifstream(folder / "CURRENT"), name);
  std::error_code problem;
  return fmt::format("{} {}", name, fs::file_size(folder / name, problem));
}

/// Of a store that is being opened: nothing goes on by itself, since nothing runs yet.
error error_opening(const rocksdb::Status& status, std::string_view doing) {
  if (status.IsCorruption())
    return error_of(status, doing);
  return {error_code::storage_failed,
          fmt::format("{}: {}; mend that and start again", doing, status.ToString())};
}

bool is_ours(std::string_view name) {
  for (std::size_t index = 0; index < family_count; ++index)
    if (name == name_of(static_cast<family>(index)))
      return true;
  return false;
}

} // namespace

/// What RocksDB's own threads tell: they finished a table, or cannot write.
class rocksdb_database::background_listener final : public rocksdb::EventListener {
public:
  explicit background_listener(rocksdb_database& database) : database_(database) {}

  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo&) override {
    database_.throttle_.on_progress();
  }
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo&) override {
    database_.throttle_.on_progress();
  }
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) override {
    static_cast<void>(database_.record_failure(*status));
    database_.throttle_.on_progress();
  }

private:
  rocksdb_database& database_;
};

error error_of(const rocksdb::Status& status, std::string_view doing) {
  if (status.IsCorruption())
    return make_error(error_code::corrupt,
                      notice{"store_damaged", {{"doing", doing}, {"fault", status.ToString()}}});
  return make_error(error_code::storage_failed,
                    notice{"disk_failed", {{"doing", doing}, {"fault", status.ToString()}}});
}

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<unsigned char>(end.back()) == 0xff)
    end.pop_back();
  check(!end.empty(), "a prefix of keys has something behind it");
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

void delete_prefix(rocksdb::WriteBatch& batch, rocksdb::ColumnFamilyHandle* from, std::string_view prefix) {
  const auto end = prefix_end(prefix);
  check(batch.DeleteRange(from, slice(prefix), end).ok(), "a batch takes a range to delete");
}

result<std::unique_ptr<rocksdb_database>>
rocksdb_database::open(const fs::path& folder, open_mode mode, rocksdb_environment environment) {
  std::unique_ptr<rocksdb_database> database(new rocksdb_database(mode, std::move(environment)));
  const auto opened =
      mode == open_mode::read_write ? database->open_for_writing(folder) : database->open_for_reading(folder);
  if (!opened)
    return std::unexpected(opened.error());
  return database;
}

rocksdb_database::rocksdb_database(open_mode mode, rocksdb_environment environment) :
    mode_(mode), now_(std::move(environment.now)), process_running_(environment.running),
    make_secret_(std::move(environment.secret)), copied_secret_(std::move(environment.copied_secret)),
    running_(std::move(environment.running)), last_write_at_(process_running_()),
    files_(make_resumable(environment.files ? std::move(environment.files) : rocksdb::FileSystem::Default())),
    env_(rocksdb::NewCompositeEnv(files_)) {
  if (mode == open_mode::read_only)
    condition_ = {.takes_writes = false, .since = now_(), .why = check_writable().error()};
  has_failed_ = mode == open_mode::read_only;
}

rocksdb_database::~rocksdb_database() {
  close();
}

void rocksdb_database::close() {
  if (!db_)
    return;
  for (auto* handle : families_)
    if (handle != nullptr)
      static_cast<void>(!db_->DestroyColumnFamilyHandle(handle).ok());
  static_cast<void>(!db_->Close().ok());
  db_.reset();
}

rocksdb::Options rocksdb_database::options() const {
  return database_options(env_.get(), mode_);
}

result<void> rocksdb_database::open_for_writing(const fs::path& folder) {
  auto lock = folder_lock::take(folder);
  if (!lock)
    return std::unexpected(lock.error());
  lock_ = *std::move(lock);
  if (has_database(folder)) {
    if (auto checked = check_format(folder); !checked)
      return checked;
  } else if (has_remains(folder)) {
    return failure(
        error_code::corrupt,
        fmt::format(
            "{} holds a damaged store: its file CURRENT is missing; bring the folder back from a copy",
            folder.string()));
  }
  auto writing = options();
  writing.info_log = std::make_shared<rocksdb_info_log>(folder);
  writing.listeners.push_back(std::make_shared<background_listener>(*this));
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto status =
      rocksdb::DB::Open(writing, folder.string(), family_options(old_keys_), &handles, &opened);
  if (!status.ok())
    return std::unexpected(
        error_opening(status, fmt::format("cannot open the store in {}", folder.string())));
  db_.reset(opened);
  std::ranges::copy(handles, families_.begin());
  const auto before = get(family::meta, running_time::key);
  if (!before)
    return std::unexpected(before.error());
  running_.go_on_from(before->value_or(""));
  return complete_meta();
}

/// What a new store has not yet, and one of before may not have.
result<void> rocksdb_database::complete_meta() {
  const auto format = get(family::meta, format_key);
  if (!format)
    return std::unexpected(format.error());
  auto secret = get(family::meta, secret_key);
  if (!secret)
    return std::unexpected(secret.error());
  secret_ = secret->value_or("");
  rocksdb::WriteBatch batch;
  if (!*format)
    batch.Put((*this)[family::meta], slice(format_key),
              std::to_string(copied_secret_.empty() ? format_now : copying_format));
  if (!copied_secret_.empty() && !secret_.empty() && secret_ != copied_secret_)
    return failure(error_code::conflict,
                   "a copy of another store was begun in this folder; name an empty one");
  if (secret_.empty()) {
    auto made = copied_secret_.empty() ? make_secret_() : result<std::string>(copied_secret_);
    if (!made)
      return std::unexpected(made.error());
    secret_ = *std::move(made);
    batch.Put((*this)[family::meta], slice(secret_key), secret_);
  }
  return batch.Count() == 0 ? result<void>{} : write(batch, durability::synced);
}

result<void> rocksdb_database::open_for_reading(const fs::path& folder) {
  std::error_code problem;
  if (!fs::is_directory(folder, problem))
    return failure(error_code::not_found, fmt::format("there is no data folder {}", folder.string()));
  if (!has_database(folder))
    return not_ours(folder, "there is no store in it");
  result<void> opened;
  for (int attempt = 0; attempt < read_only_attempts_max; ++attempt) {
    const auto before = manifest_mark(folder);
    opened = open_once_for_reading(folder);
    if (opened && manifest_mark(folder) == before)
      break;
  }
  return opened;
}

result<void> rocksdb_database::open_once_for_reading(const fs::path& folder) {
  close();
  if (auto checked = check_format(folder); !checked)
    return checked;
  // A store of before has not all families that there are now.
  std::vector<std::string> there;
  if (const auto listed = rocksdb::DB::ListColumnFamilies(options(), folder.string(), &there); !listed.ok())
    return std::unexpected(
        error_opening(listed, fmt::format("cannot read the store in {}", folder.string())));
  auto families = family_options(old_keys_);
  std::erase_if(families, [&](const rocksdb::ColumnFamilyDescriptor& one) {
    return std::ranges::find(there, one.name) == there.end();
  });
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const auto status = rocksdb::DB::OpenForReadOnly(options(), folder.string(), families, &handles, &opened);
  if (!status.ok())
    return std::unexpected(
        error_opening(status, fmt::format("cannot open the store in {}", folder.string())));
  db_.reset(opened);
  families_ = {};
  for (std::size_t index = 0; index < family_count; ++index)
    for (auto* handle : handles)
      if (handle->GetName() == name_of(static_cast<family>(index)))
        families_[index] = handle;
  auto secret = get(family::meta, secret_key);
  if (!secret)
    return std::unexpected(secret.error());
  secret_ = secret->value_or("");
  return {};
}

/// Looks at a folder before anything in it is changed. The default family alone is opened, which works
/// whatever other families there are, also those of a newer format.
result<void> rocksdb_database::check_format(const fs::path& folder) {
  std::vector<std::string> names;
  auto reading = database_options(env_.get(), open_mode::read_only);
  auto status = rocksdb::DB::ListColumnFamilies(reading, folder.string(), &names);
  if (!status.ok())
    return std::unexpected(
        error_opening(status, fmt::format("cannot read the store in {}", folder.string())));
  // Families are numbered as they were made, and none is ever dropped.
  const auto events = std::ranges::find(names, name_of(family::events)) - names.begin();
  if (auto sound = check_log_damage(folder, static_cast<std::uint32_t>(events)); !sound)
    return sound;
  const bool is_only_default = names.size() == 1;
  rocksdb::DB* opened = nullptr;
  status = rocksdb::DB::OpenForReadOnly(reading, folder.string(), &opened);
  if (!status.ok())
    return std::unexpected(
        error_opening(status, fmt::format("cannot read the store in {}", folder.string())));
  const std::unique_ptr<rocksdb::DB> first_look(opened);
  std::string format;
  status = first_look->Get({}, slice(format_key), &format);
  if (status.IsNotFound()) {
    const std::unique_ptr<rocksdb::Iterator> anything(first_look->NewIterator({}));
    anything->SeekToFirst();
    // A first start that was cut short leaves an empty database; the next one goes on with it.
    if (!anything->Valid() && (is_only_default || std::ranges::all_of(names, is_ours)))
      return {};
    return not_ours(folder, "it holds another program's RocksDB");
  }
  if (!status.ok())
    return std::unexpected(
        error_opening(status, fmt::format("cannot read the store in {}", folder.string())));
  unsigned version = 0;
  const auto [end, problem] = std::from_chars(format.data(), format.data() + format.size(), version);
  if (problem != std::errc{} || end != format.data() + format.size() || version == 0)
    return not_ours(folder, "its format is no number");
  if (auto checked = check_copying(folder, version == copying_format); !checked || version == copying_format)
    return checked;
  if (version > format_now)
    return failure(error_code::corrupt,
                   fmt::format("the data folder {} was written by a newer sluice (format {}, this one reads "
                               "up to {}); start the newer one",
                               folder.string(), version, format_now));
  if (!std::ranges::all_of(names, is_ours))
    return not_ours(folder, "it holds column families that no sluice makes");
  return {};
}

result<void> rocksdb_database::check_copying(const fs::path& folder, bool is_copying) const {
  if (is_copying == !copied_secret_.empty())
    return {};
  if (is_copying)
    return failure(error_code::unavailable, copy_incomplete_words(folder.string()));
  return failure(
      error_code::conflict,
      fmt::format("there is a store in {} already; a copy goes into an empty folder", folder.string()));
}

void rocksdb_database::put_format(rocksdb::WriteBatch& batch) const {
  batch.Put((*this)[family::meta], slice(format_key), std::to_string(format_now));
}

result<void> rocksdb_database::check_writable() const {
  if (mode_ == open_mode::read_only)
    return failure(error_code::not_permitted, "the store is open for reading only");
  return {};
}

result<void> rocksdb_database::write(rocksdb::WriteBatch& batch, durability wanted) {
  if (auto writable = check_writable(); !writable)
    return writable;
  if (wanted != durability::in_memory)
    last_write_at_.store(process_running_(), std::memory_order_relaxed);
  std::uint64_t failures = 0;
  if (has_failed_.load(std::memory_order_acquire)) {
    {
      const std::lock_guard guard(condition_mutex_);
      failures = failures_;
    }
    if (auto resumed = resume(); !resumed)
      return resumed;
  }
  if (wanted == durability::in_memory)
    throttle_.wait_while([this] { return is_behind_with_imports(); });
  else if (auto kept = keep_resumable(); !kept)
    return kept;
  rocksdb::WriteOptions options;
  options.sync = wanted == durability::synced;
  options.disableWAL = wanted == durability::in_memory;
  const auto status = db_->Write(options, &batch);
  if (!status.ok())
    return record_failure(status);
  // Only a sync shows that the disk is back.
  if (wanted == durability::synced && failures > 0)
    record_success(failures);
  return {};
}

result<void> rocksdb_database::flush(family which) {
  const auto status = db_->Flush({}, (*this)[which]);
  if (!status.ok())
    return record_failure(status);
  return {};
}

result<void> rocksdb_database::flush_all() {
  std::vector<rocksdb::ColumnFamilyHandle*> all;
  for (auto* const one : families_)
    if (one != nullptr)
      all.push_back(one);
  if (const auto status = db_->Flush({}, all); !status.ok())
    return record_failure(status);
  return {};
}

result<void> rocksdb_database::rewrite_key(family of, std::string_view key) {
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false; // imports' tables are merged beside it
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  const auto only = slice(key);
  if (const auto status = db_->CompactRange(options, (*this)[of], &only, &only); !status.ok())
    return record_failure(status);
  return {};
}

result<void> rocksdb_database::renew_manifest() {
  // Any change of options is one of the version too, even one to what it was; and each change begins a manifest (options.cpp).
  if (const auto status = db_->SetOptions((*this)[family::meta], {{"disable_auto_compactions", "false"}});
      !status.ok())
    return record_failure(status);
  // Otherwise it would lie there until the next table is written.
  db_->DisableFileDeletions();
  if (const auto status = db_->EnableFileDeletions(false); !status.ok())
    return record_failure(status);
  return {};
}

/// RocksDB leaves a log of writes that failed only where a table in memory has something to flush; where none has, it goes
/// on with that log, and its build that asserts ends the process (seen with 7.8).
result<void> rocksdb_database::keep_resumable() {
  std::uint64_t entries = 0;
  check(db_->GetIntProperty((*this)[family::meta], rocksdb::DB::Properties::kNumEntriesActiveMemTable,
                            &entries),
        "RocksDB counts what a table in memory has");
  if (entries > 0)
    return {};
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  if (const auto status = db_->Put(options, (*this)[family::meta], slice(resumable_key), ""); !status.ok())
    return record_failure(status);
  return {};
}

result<void> rocksdb_database::resume() {
  const std::lock_guard guard(resuming_);
  if (const auto status = db_->Resume(); !status.ok())
    return record_failure(status);
  return {};
}

/// Before RocksDB would slow writers down: two tables wait in memory, or tables pile up on the disk. Not once the disk
/// has failed: the write then says so.
bool rocksdb_database::is_behind_with_imports() const {
  if (has_failed_.load(std::memory_order_acquire))
    return false;
  static const auto files = rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "0";
  for (auto* const imported : {(*this)[family::audiences], (*this)[family::attachments]}) {
    std::uint64_t in_memory = 0;
    std::string on_disk;
    check(db_->GetIntProperty(imported, rocksdb::DB::Properties::kNumImmutableMemTable, &in_memory) &&
              db_->GetProperty(imported, files, &on_disk),
          "RocksDB counts its tables");
    if (in_memory >= import_tables_in_memory_max ||
        std::strtoul(on_disk.c_str(), nullptr, 10) >= import_tables_unsorted_max)
      return true;
  }
  return false;
}

std::unexpected<error> rocksdb_database::record_failure(const rocksdb::Status& status) {
  auto why = error_of(status, "cannot write");
  {
    const std::lock_guard guard(condition_mutex_);
    ++failures_;
    if (condition_.takes_writes)
      condition_ = {.takes_writes = false, .since = now_(), .why = why};
    else
      condition_.why = why;
    has_failed_.store(true, std::memory_order_release);
  }
  return std::unexpected(std::move(why));
}

/// Only where nothing failed since: else another thread's failure would be forgotten.
void rocksdb_database::record_success(std::uint64_t failures) {
  const std::lock_guard guard(condition_mutex_);
  if (failures != failures_)
    return;
  condition_ = {};
  has_failed_.store(false, std::memory_order_release);
}

store_condition rocksdb_database::condition() const {
  if (!has_failed_.load(std::memory_order_acquire))
    return {};
  const std::lock_guard guard(condition_mutex_);
  return condition_;
}

milliseconds rocksdb_database::since_last_write() const {
  return process_running_() - last_write_at_.load(std::memory_order_relaxed);
}

result<std::optional<std::string>> rocksdb_database::get(family from, std::string_view key) const {
  if (!has(from))
    return std::nullopt;
  std::string value;
  const auto status = db_->Get({}, (*this)[from], slice(key), &value);
  if (status.IsNotFound())
    return std::nullopt;
  if (!status.ok())
    return std::unexpected(error_of(status, "cannot read"));
  return value;
}

} // namespace sluice
