// What a list costs in a store: its import, slices of 250 rows as letters are made of them, and looking a thousand addresses up.
// The embedded store beside a shared one, where a URL says which: its schema "sluice" is dropped, so that it is none in use.
//
//   audience_rate [ROWS] [postgresql://…]        a million rows where nothing is said

#include "persistence/postgres/audiences.hpp"
#include "persistence/postgres/database.hpp"
#include "persistence/postgres/house_log.hpp"
#include "persistence/stores/open_store.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

using namespace sluice;

namespace {

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

std::string address(std::size_t number) {
  return "person" + std::to_string(number * 7919) + "@example" + std::to_string(number % 97) + ".com";
}

class stopwatch {
public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

audience_info import(audience_store& to, std::size_t rows, double& seconds, double& commit_seconds) {
  std::mt19937 random(1);
  const stopwatch whole;
  auto writer = expect(to.begin("people", {}));
  std::vector<std::uint16_t> columns;
  for (const auto* const name : {"name", "city", "code"})
    columns.push_back(expect(writer->column(name)));
  for (std::size_t number = 0; number < rows; ++number) {
    recipient row{.email = address(number), .fields = {}};
    row.fields.push_back({columns[0], "Person " + std::to_string(number)});
    row.fields.push_back({columns[1], "City of " + std::to_string(random() % 1'000)});
    row.fields.push_back({columns[2], std::to_string(random())});
    expect(writer->add(row));
  }
  const stopwatch ending;
  auto info = expect(writer->commit({}));
  commit_seconds = ending.seconds();
  seconds = whole.seconds();
  return info;
}

void measure(const char* name, audience_store& store, std::size_t rows) {
  double seconds = 0;
  double commit_seconds = 0;
  const auto info = import(store, rows, seconds, commit_seconds);
  constexpr std::size_t slice = 250;
  const stopwatch reading;
  for (letter_index first = 0; first < info.size; first += slice)
    expect(store.read_checked(info.id, info.hash, first, slice));
  const auto read_us = reading.seconds() * 1e6 / (static_cast<double>(rows) / slice);
  std::mt19937 random(7);
  const stopwatch jumping;
  constexpr int jumps = 500;
  for (int jump = 0; jump < jumps; ++jump)
    expect(store.read_rows(info.id, static_cast<letter_index>(random() % rows), slice));
  const auto jump_us = jumping.seconds() * 1e6 / jumps;
  constexpr int rounds = 20;
  double finding_ms = 0;
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::string> some;
    for (int one = 0; one < 1'000; ++one)
      some.push_back(address(random() % (2 * rows)));
    const std::vector<std::string_view> asked(some.begin(), some.end());
    const stopwatch finding;
    expect(store.find_all(info.id, asked));
    finding_ms += finding.seconds() * 1e3;
  }
  const stopwatch verifying;
  if (!expect(store.verify(info)).empty())
    give_up("the list has faults");
  std::printf("%-9s %12.0f %10.1f %10.0f %10.0f %10.1f %10.1f\n", name, static_cast<double>(rows) / seconds,
              commit_seconds, read_us, jump_us, finding_ms / rounds, verifying.seconds());
}

} // namespace

int main(int count, char** words) {
  const auto rows = count > 1 ? std::strtoull(words[1], nullptr, 10) : 1'000'000;
  auto folder = (std::filesystem::temp_directory_path() / "sluice-lists-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr)
    give_up("cannot make a temporary folder");
  std::printf("%-9s %12s %10s %10s %10s %10s %10s\n", "store", "rows/s", "commit s", "250 us", "jump us",
              "1000 ms", "verify s");
  {
    const auto embedded = expect(open_store(folder + "/data", open_mode::read_write));
    measure("embedded", embedded->audiences(), rows);
  }
  if (count > 2) {
    const std::string url = words[2];
    const auto connection = pg_connection::connect(url, std::chrono::seconds(10));
    if (!connection)
      give_up(connection.error().words);
    static_cast<void>((*connection)
                          ->run_script("DROP SCHEMA IF EXISTS sluice CASCADE", std::chrono::seconds(60))
                          .has_value());
    const auto database = expect(postgres_database::open({url, true}, open_mode::read_write));
    postgres_house_log house(*database, database->cluster().secret);
    postgres_audiences audiences(*database, house, 1, folder + "/scratch");
    measure("shared", audiences, rows);
  }
  std::filesystem::remove_all(folder);
}
