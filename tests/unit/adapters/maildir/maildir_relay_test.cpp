#include "adapters/relays.hpp"
#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/queue_watch.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <unistd.h>

using namespace sluice;
using namespace sluice::test;
using answers = queue_watch::answers;
using Catch::Matchers::ContainsSubstring;

namespace {

struct temporary_maildir {
  std::filesystem::path path;
  temporary_maildir() {
    auto pattern = (std::filesystem::temp_directory_path() / "sluice-maildir-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~temporary_maildir() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::set<std::string> texts(const char* folder = "new") const {
    std::set<std::string> found;
    for (const auto& file : std::filesystem::directory_iterator(path / folder)) {
      std::ifstream in(file.path(), std::ios::binary);
      found.emplace(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return found;
  }
  std::unique_ptr<relay> open() const {
    relay_settings settings;
    settings.url = "maildir:" + path.string();
    settings.reconnect_delay_first = milliseconds{20};
    settings.reconnect_delay_max = milliseconds{20};
    auto made = make_relay(settings);
    REQUIRE(made);
    return std::move(*made);
  }
};

} // namespace

TEST_CASE("maildir: each letter is one file, behind the trace lines of final delivery", "[maildir]") {
  temporary_maildir maildir;
  const auto relay = maildir.open();
  queue_watch queue(*relay, answers::at_once);
  queue.offer(make_batch(0, {"a@example.com", "b@example.com"}));
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
  CHECK(queue.await_result(1).outcome == letter_state::accepted);
  const std::string message = "Subject: x\r\n\r\nHello\r\n";
  const std::string from = "Return-Path: <sender@example.org>\r\nDelivered-To: ";
  CHECK(maildir.texts() ==
        std::set<std::string>{from + "a@example.com\r\n" + message, from + "b@example.com\r\n" + message});
  CHECK(maildir.texts("tmp").empty());
}

TEST_CASE("maildir: many letters all arrive, each under a name of its own", "[maildir]") {
  temporary_maildir maildir;
  const auto relay = maildir.open();
  queue_watch queue(*relay, answers::at_once);
  for (letter_index batch = 0; batch < 4; ++batch)
    queue.offer(make_letters(batch * 250, 250));
  queue.await_settled(1000);
  CHECK(maildir.texts().size() == 1000);
  CHECK(queue.faults().empty());
}

TEST_CASE("maildir: nothing is written before the grant, and nothing after a withdraw", "[maildir]") {
  temporary_maildir maildir;
  const auto relay = maildir.open();
  queue_watch queue(*relay, answers::by_hand);
  queue.offer(make_letters(0, 400));
  queue.await_wanted({{0, 256}});
  CHECK(maildir.texts().empty());
  queue.queue().withdraw();
  queue.grant({{0, 200}});
  queue.queue().deny({{200, 256}});
  queue.await_drained();
  CHECK(maildir.texts().empty());
  CHECK(queue.count(letter_state::pending) == 200);
  CHECK(queue.handed_back() == 200);
}

TEST_CASE("maildir: a folder that cannot be written is the relay's trouble, until it can", "[maildir]") {
  temporary_maildir maildir;
  const auto relay = maildir.open();
  std::filesystem::remove_all(maildir.path);
  std::ofstream(maildir.path).put('x'); // a file where the folder should be: not even root can write there
  queue_watch queue(*relay, answers::at_once);
  queue.offer(make_letters(0, 2));
  CHECK_THAT(queue.await_condition(true), ContainsSubstring(maildir.path.string()));
  CHECK(queue.await_result(0).outcome == letter_state::pending);
  std::filesystem::remove(maildir.path);
  queue.offer(make_letters(2, 1));
  CHECK(queue.await_result(2).outcome == letter_state::accepted);
  queue.await_condition(false);
}

TEST_CASE("maildir: a folder that cannot be made is refused at once", "[maildir]") {
  relay_settings settings;
  settings.url = "maildir:/proc/nowhere";
  const auto made = make_relay(settings);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == error_code::storage_failed);
}
