// What a letter costs to read: its row of the audience, and whether its address is suppressed. CPU time, which other
// work on the machine does not change.
//
//   store_reads [ROWS] [SUPPRESSED] [AT_ONCE]        200,000 rows, 1,000 suppressed, 500 at once where nothing is said

#include "persistence/stores/open_store.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/resource.h>
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

double cpu_microseconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& one) {
    return static_cast<double>(one.tv_sec) * 1e6 + static_cast<double>(one.tv_usec);
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

std::string address(std::size_t number) {
  return "person" + std::to_string(number) + "@example" + std::to_string(number % 97) + ".com";
}

audience_info import(store& into, std::size_t rows) {
  auto writer = expect(into.audiences().begin("people", {}));
  std::vector<std::uint16_t> columns;
  for (const auto* const name : {"name", "city", "code", "group", "note"})
    columns.push_back(expect(writer->column(name)));
  for (std::size_t number = 0; number < rows; ++number) {
    recipient row{.email = address(number), .fields = {}};
    for (const auto column : columns)
      row.fields.push_back({column, "value " + std::to_string(number)});
    expect(writer->add(row));
  }
  return expect(writer->commit({}));
}

} // namespace

int main(int count, char** words) {
  const auto number = [&](int at, std::size_t otherwise) {
    return count > at ? std::strtoull(words[at], nullptr, 10) : otherwise;
  };
  const auto rows = number(1, 200'000);
  const auto suppressed = number(2, 1'000);
  const auto at_once = number(3, 500);
  auto folder = (std::filesystem::temp_directory_path() / "sluice-reads-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr)
    give_up("cannot make a temporary folder");
  {
    const auto store = expect(open_store(folder, open_mode::read_write));
    const auto audience = import(*store, rows);
    std::vector<suppression> entries;
    for (std::size_t entry = 0; entry < suppressed; ++entry)
      entries.push_back(
          {.email = "gone" + std::to_string(entry) + "@example.com", .reason = "bounced", .since = {}});
    expect(store->suppressions().add(entries, {}));

    double reading = 0;
    double looking_up = 0;
    std::size_t bytes = 0;
    std::vector<std::string_view> emails;
    for (letter_index first = 0; first < audience.size;) {
      const auto begin = cpu_microseconds();
      const auto read = expect(store->audiences().read_rows(audience.id, first, at_once));
      emails.clear();
      for (std::size_t row = 0; row < read.size(); ++row) {
        emails.push_back(read[row].email);
        for (const auto& field : read[row].fields)
          bytes += field.value.size();
      }
      const auto read_by = cpu_microseconds();
      for (const auto& reason : expect(store->suppressions().find(emails, {"people", {}})))
        bytes += reason ? 1U : 0U;
      reading += read_by - begin;
      looking_up += cpu_microseconds() - read_by;
      first += static_cast<letter_index>(read.size());
    }
    const auto each = static_cast<double>(audience.size);
    std::printf("%-34s %12s\n", "CPU, us a letter", "each");
    std::printf("%-34s %12.3f\n", "its row", reading / each);
    std::printf("%-34s %12.3f\n", "whether it is suppressed", looking_up / each);
    if (bytes == 0)
      give_up("nothing was read");
  }
  std::filesystem::remove_all(folder);
}
