#include "adapters/maildir/maildir_writer.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace sluice {

namespace {

/// The machine's name as maildir file names carry it: / and : have a meaning there.
std::string host_name() {
  std::array<char, 256> text{};
  if (::gethostname(text.data(), text.size() - 1) != 0 || text[0] == '\0')
    return "localhost";
  std::string name{text.data()};
  for (auto& c : name)
    if (c == '/' || c == ':')
      c = '_';
  return name;
}

int open_folder(const std::filesystem::path& folder) {
  return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/// Writes all of it, or says why not in errno.
bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto done = ::write(file, text.data(), text.size());
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return false;
    text.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

} // namespace

maildir_writer::maildir_writer(std::filesystem::path folder, clock_source now) :
    folder_(std::move(folder)), now_(std::move(now)), host_(host_name()),
    words_(std::make_shared<const reply>(reply{250, "2.0.0", "written to the maildir"})) {}

maildir_writer::~maildir_writer() {
  close();
}

void maildir_writer::close() {
  for (auto* folder : {&tmp_, &new_})
    if (*folder >= 0)
      ::close(std::exchange(*folder, -1));
}

result<void> maildir_writer::trouble(const char* doing) const {
  const auto fault = errno;
  return failure(error_code::storage_failed,
                 notice{"maildir_failed",
                        {{"doing", doing}, {"folder", folder_.string()}, {"fault", std::strerror(fault)}}});
}

result<void> maildir_writer::open() {
  for (const auto* part : {"tmp", "new", "cur"}) {
    std::error_code why;
    std::filesystem::create_directories(folder_ / part, why);
    if (why) {
      errno = why.value();
      return trouble("making");
    }
  }
  tmp_ = open_folder(folder_ / "tmp");
  new_ = open_folder(folder_ / "new");
  if (tmp_ < 0 || new_ < 0)
    return trouble("opening");
  return {};
}

result<void> maildir_writer::deliver(std::span<delivery> letters) {
  if (tmp_ < 0 || new_ < 0)
    if (auto opened = open(); !opened) {
      close();
      return opened;
    }
  auto done = deliver_now(letters);
  if (!done)
    close(); // the folder may have been moved or mounted anew
  return done;
}

result<void> maildir_writer::deliver_now(std::span<delivery> letters) {
  names_.clear();
  for (const auto& one : letters) {
    names_.push_back(unique_name(*one.slot));
    if (auto done = write(*one.slot, names_.back()); !done) {
      for (const auto& name : names_)
        ::unlinkat(tmp_, name.c_str(), 0);
      return done;
    }
  }
  if (auto done = sync_files(); !done) {
    for (const auto& name : names_)
      ::unlinkat(tmp_, name.c_str(), 0);
    return done;
  }
  const auto renamed = rename_all(letters);
  if (::fsync(new_) == 0)
    return renamed;
  auto why = trouble("syncing");
  for (auto& one : letters)
    if (one.outcome == letter_state::accepted)
      one.outcome = letter_state::in_doubt;
  for (auto& one : letters)
    one.words = nullptr;
  return why;
}

result<void> maildir_writer::sync_files() {
  if (::syncfs(tmp_) != 0)
    return trouble("syncing");
  return {};
}

result<void> maildir_writer::rename_all(std::span<delivery> letters) {
  result<void> done;
  for (std::size_t at = 0; at < letters.size(); ++at) {
    auto& one = letters[at];
    const auto* name = names_[at].c_str();
    auto is_in = false;
    one.slot->queue->fence->run_if_open([&] {
      is_in = ::renameat(tmp_, name, new_, name) == 0;
      if (!is_in)
        done = trouble("delivering into");
    });
    if (is_in) {
      one.outcome = letter_state::accepted;
      one.words = words_;
    } else {
      ::unlinkat(tmp_, name, 0);
    }
  }
  return done;
}

/// time.M‹µs›P‹process›Q‹count›.host, as maildir deliverers name files, so that no two ever share one.
std::string maildir_writer::unique_name(const letter_slot&) {
  const auto now = now_().time_since_epoch().count();
  return std::to_string(now / 1000) + ".M" + std::to_string(now % 1000 * 1000) + "P" +
         std::to_string(::getpid()) + "Q" + std::to_string(++written_) + "." + host_;
}

result<void> maildir_writer::write(const letter_slot& letter, const std::string& name) {
  const auto file = ::openat(tmp_, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0)
    return trouble("writing to");
  text_ = "Return-Path: <";
  text_ += letter.sender();
  text_ += ">\r\nDelivered-To: ";
  text_ += letter.recipient();
  text_ += "\r\n";
  letter.from->for_each_message_piece(
      *letter.one,
      dated(*letter.one, dates_.of(now_()), [&](std::string_view octets) { text_.append(octets); }));
  const auto is_written = write_all(file, text_);
  const auto why = errno;
  const auto is_closed = ::close(file) == 0;
  if (is_written && is_closed)
    return {};
  if (!is_written)
    errno = why;
  return trouble("writing to");
}

} // namespace sluice
