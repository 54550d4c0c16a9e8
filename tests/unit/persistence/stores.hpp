#pragma once
// What the persistence tests share: a folder that is gone afterwards, stores of both forms, and appends
// that wait for their answer.

#include "persistence/memory/store.hpp"
#include "persistence/stores/open_store.hpp"
#include "tests/catch.hpp"

#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace sluice::testing {

/// A folder of the test's own, removed with everything in it.
class temporary_folder {
public:
  temporary_folder() {
    auto name = (std::filesystem::temp_directory_path() / "sluice-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("cannot make a temporary folder");
    path_ = name;
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// The value, or an exception with the error's words, which Catch shows.
template <class T>
T expect(result<T> got) {
  if (!got)
    throw std::runtime_error(std::string(name_of(got.error().code)) + ": " + got.error().message);
  if constexpr (!std::is_void_v<T>)
    return *std::move(got);
}

enum class store_kind { rocksdb, memory };

inline std::ostream& operator<<(std::ostream& out, store_kind kind) {
  return out << (kind == store_kind::rocksdb ? "RocksDB" : "memory");
}

/// For a test that is to be run with each.
inline store_kind both_kinds() {
  return GENERATE(store_kind::rocksdb, store_kind::memory);
}

/// A store of either form, in a folder of its own.
class any_store {
public:
  explicit any_store(store_kind kind) :
      kind_(kind), store_(kind == store_kind::memory
                              ? make_memory_store()
                              : expect(open_store(folder_.path() / "data", open_mode::read_write))) {}
  store* operator->() { return store_.get(); }
  store& operator*() { return *store_; }
  /// Whether it is there again once it was closed.
  bool reopens() const { return kind_ == store_kind::rocksdb; }
  void reopen() {
    store_.reset();
    store_ = expect(open_store(folder_.path() / "data", open_mode::read_write));
  }

private:
  store_kind kind_;
  temporary_folder folder_;
  std::unique_ptr<store> store_;
};

inline constexpr campaign_id one_campaign{1};

inline timestamp at_second(std::int64_t second) {
  return timestamp(std::chrono::duration_cast<milliseconds>(std::chrono::seconds(1'700'000'000 + second)));
}

inline event cancelled_saying(std::string words, std::int64_t second = 0) {
  return {.at = at_second(second), .by = "tester", .body = cancelled{.words = std::move(words)}};
}

inline append_request request(campaign_id campaign, event_number expected_last, std::vector<event> events) {
  return {.campaign = campaign, .expected_last = expected_last, .events = std::move(events), .key = {}};
}

/// Appends and gives what will be answered.
inline std::future<result<event_number>> append_soon(journal& to, append_request what) {
  auto answered = std::make_shared<std::promise<result<event_number>>>();
  auto answer = answered->get_future();
  to.append(std::move(what), [answered](result<event_number> got) { answered->set_value(std::move(got)); });
  return answer;
}

inline result<event_number> append_now(journal& to, append_request what) {
  return append_soon(to, std::move(what)).get();
}

/// Appends `count` events, one request each, to a log that ends with `last`.
inline void append_many(journal& to, campaign_id campaign, event_number last, std::size_t count) {
  for (std::size_t done = 0; done < count; ++done)
    expect(
        append_now(to, request(campaign, last + done, {cancelled_saying(std::to_string(last + done + 1))})));
}

inline std::vector<stored_event> read_all(const journal& from, campaign_id campaign, event_number first = 1) {
  std::vector<stored_event> events;
  expect(from.read(campaign, first, [&](const stored_event& one) {
    events.push_back(one);
    return true;
  }));
  return events;
}

inline error error_reading(const journal& from, campaign_id campaign, event_number first = 1) {
  const auto got = from.read(campaign, first, [](const stored_event&) { return true; });
  if (got)
    throw std::runtime_error("the log was read without an error");
  return got.error();
}

} // namespace sluice::testing
