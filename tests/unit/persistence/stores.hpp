#pragma once
// What the persistence tests share: a folder that is gone afterwards, stores of every form, and appends
// that wait for their answer.

#include "persistence/memory/store.hpp"
#include "persistence/stores/open_store.hpp"
#include "tests/catch.hpp"
#include "tests/unit/persistence/test_database.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
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

enum class store_kind { rocksdb, memory, postgres };

inline std::ostream& operator<<(std::ostream& out, store_kind kind) {
  constexpr std::array names{"RocksDB", "memory", "PostgreSQL"};
  return out << names[static_cast<std::size_t>(kind)];
}

/// Whether there is a database for tests; tests/postgres/with_postgres.py starts one.
inline bool has_postgres() {
  return std::getenv("SLUICE_TEST_POSTGRES") != nullptr;
}

/// For a test that is to be run with each.
inline store_kind every_kind() {
  if (!has_postgres())
    return GENERATE(store_kind::rocksdb, store_kind::memory);
  return GENERATE(store_kind::rocksdb, store_kind::memory, store_kind::postgres);
}

/// A store of any form, in a folder or a database of its own.
class any_store {
public:
  explicit any_store(store_kind kind) : kind_(kind) {
    if (kind == store_kind::postgres)
      database_.emplace();
    store_ = open();
  }
  store* operator->() { return store_.get(); }
  store& operator*() { return *store_; }
  /// Whether it is there again once it was closed.
  bool reopens() const { return kind_ != store_kind::memory; }
  void reopen() {
    store_.reset();
    store_ = open();
  }

private:
  std::unique_ptr<store> open() {
    switch (kind_) {
    case store_kind::memory:
      return make_memory_store();
    case store_kind::postgres:
      return expect(open_store(database_->url(), open_mode::read_write,
                               {.node = "a", .folder = folder_.path(), .accept_single = true}));
    default:
      return expect(open_store(folder_.path() / "data", open_mode::read_write));
    }
  }

  store_kind kind_;
  temporary_folder folder_;
  std::optional<test_database> database_;
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
