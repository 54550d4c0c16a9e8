// How long an append waits while an audience is imported: claims and pauses are such appends. Appends one event a
// millisecond, first alone, then beside an import, and prints a table of how long the answers took.
//
//   import_latency [ROWS]        5,000,000 rows where nothing is said

#include "persistence/stores/open_store.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <future>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

using namespace sluice;
using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

namespace {

constexpr campaign_id appended_to{1};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

template <class T>
T expect(result<T> got) {
  if (!got)
    give_up(got.error().message);
  return *std::move(got);
}

/// Appends until told to stop; how many milliseconds each took.
std::vector<double> append_until(store& to, event_number& last, const std::function<bool()>& is_over) {
  std::vector<double> took;
  while (!is_over()) {
    const auto begin = steady::now();
    std::promise<result<event_number>> answered;
    to.journal().append({.campaign = appended_to,
                         .expected_last = last,
                         .events = {{.at = {}, .by = "bench", .body = cancelled{.words = "measured"}}},
                         .key = {}},
                        [&](result<event_number> got) { answered.set_value(std::move(got)); });
    last = expect(answered.get_future().get());
    took.push_back(std::chrono::duration<double, std::milli>(steady::now() - begin).count());
    std::this_thread::sleep_until(begin + 1ms);
  }
  return took;
}

void print(const char* what, std::vector<double> took) {
  std::ranges::sort(took);
  const auto part = [&](double share) {
    return took[static_cast<std::size_t>(static_cast<double>(took.size() - 1) * share)];
  };
  std::printf("%-20s %10zu %10.2f %10.2f %10.2f\n", what, took.size(), part(0.5), part(0.99), took.back());
  std::fflush(stdout);
}

void import(store& into, std::size_t rows) {
  auto writer = expect(into.audiences().begin("people", {}));
  const auto name = expect(writer->column("name"));
  const auto city = expect(writer->column("city"));
  for (std::size_t number = 0; number < rows; ++number) {
    const auto digits = std::to_string(number * 7'919 % 1'000'000'007);
    expect(writer->add({.email = "person" + digits + "@example" + std::to_string(number % 97) + ".com",
                        .fields = {{name, "Name of person " + digits}, {city, "A city of some name"}}}));
  }
  expect(writer->commit({}));
}

} // namespace

int main(int count, char** words) {
  const std::size_t rows = count > 1 ? std::strtoull(words[1], nullptr, 10) : 5'000'000;
  auto folder = (std::filesystem::temp_directory_path() / "sluice-import-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr)
    give_up("cannot make a temporary folder");
  {
    const auto store = expect(open_store(folder, open_mode::read_write));
    event_number last = 0;
    std::printf("%-20s %10s %10s %10s %10s\n", "append, ms", "appends", "median", "p99", "longest");
    const auto until = steady::now() + 5s;
    print("alone", append_until(*store, last, [&] { return steady::now() >= until; }));

    std::atomic<bool> is_over = false;
    const auto begin = steady::now();
    double seconds = 0;
    std::thread importer([&] {
      import(*store, rows);
      seconds = std::chrono::duration<double>(steady::now() - begin).count();
      is_over = true;
    });
    const auto beside = append_until(*store, last, [&] { return is_over.load(); });
    importer.join();
    print("beside an import", beside);
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    std::printf("\n%zu rows in %.1f s: %.0f a second; %ld MiB of memory at most\n", rows, seconds,
                static_cast<double>(rows) / seconds, used.ru_maxrss / 1024);
  }
  std::filesystem::remove_all(folder);
}
