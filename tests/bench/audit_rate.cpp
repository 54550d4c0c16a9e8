// How fast `audit verify` goes: makes a data folder of many campaigns' logs in the shape that dispatch over SMTP
// gives them (a claim and an outcome event for every few letters, in turns), and checks all of it, with one thread and
// then with one for each processor. audited_events.py runs it and prints the table.
//
//   audit_rate [EVENTS] [CAMPAIGNS] [LETTERS_AN_EVENT] [REPLIES] [FOLDER]
//
// REPLIES is `same` (one answer for all letters, as smtp-sink gives) or `ids` (a queue id in each, as Postfix
// gives: then each letter is an outcome group of its own). A FOLDER is kept; otherwise it is a temporary one.
// Prints an object of JSON for each audit. Exits 1 when a fault is found.

#include "actors/audit/audit.hpp"
#include "persistence/stores/open_store.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace {

using namespace sluice;
using steady = std::chrono::steady_clock;

constexpr std::size_t events_an_append = 2'000;

struct shape {
  std::uint64_t events = 1'000'000;
  std::uint64_t campaigns = 100;
  letter_index letters_an_event = 20;
  bool has_queue_ids = false;
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "audit_rate: %s\n", why.c_str());
  std::exit(1);
}

template <class T>
T expect(result<T> got) {
  if (!got)
    give_up(got.error().message);
  if constexpr (!std::is_void_v<T>)
    return *std::move(got);
}

/// One campaign's log, appended a piece at a time.
class log_writer {
public:
  log_writer(journal& to, campaign_id campaign) : to_(to), campaign_(campaign) {}

  void add(event_body body) {
    at_ += milliseconds(2);
    waiting_.push_back({at_, "", std::move(body)});
    if (waiting_.size() == events_an_append)
      flush();
  }

  void flush() {
    std::promise<result<event_number>> answer;
    to_.append({campaign_, last_, std::exchange(waiting_, {}), {}},
               [&](result<event_number> done) { answer.set_value(std::move(done)); });
    last_ = expect(answer.get_future().get());
  }

  timestamp at() const { return at_; }

private:
  journal& to_;
  campaign_id campaign_;
  event_number last_ = 0;
  timestamp at_{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}};
  std::vector<event> waiting_;
};

settled outcomes(letter_index begin, letter_index end, bool has_queue_ids) {
  settled all;
  if (!has_queue_ids) {
    all.groups.push_back({letter_state::accepted, {{begin, end}}, {250, "2.0.0", "Ok"}, {}});
    return all;
  }
  for (auto index = begin; index < end; ++index)
    all.groups.push_back({letter_state::accepted,
                          {{index, index + 1}},
                          {250, "2.0.0", "Ok: queued as 4Zx" + std::to_string(100'000'000 + index) + "kQ"},
                          {}});
  return all;
}

void write_campaign(journal& to, campaign_id campaign, const shape& wanted) {
  const auto rounds = std::max<std::uint64_t>(1, (wanted.events / wanted.campaigns - 5) / 2);
  const auto letters = static_cast<letter_index>(rounds * wanted.letters_an_event);
  campaign_spec spec;
  spec.name = "Autumn sale";
  spec.from = "Shop <news@shop.example>";
  spec.subject = "{{name}}, everything is 20% off";
  spec.text = "Hello {{name}}";
  log_writer log(to, campaign);
  log.add(created{spec, {audience_id{1}, "Customers", letters, "00"}});
  log.add(submitted{{}, "hash"});
  log.add(scheduled{log.at()});
  log.add(sending_began{});
  for (letter_index begin = 0; begin < letters; begin += wanted.letters_an_event) {
    log.add(claimed{{{begin, begin + wanted.letters_an_event}}});
    log.add(outcomes(begin, begin + wanted.letters_an_event, wanted.has_queue_ids));
  }
  log.add(finished{});
  log.flush();
}

std::uintmax_t bytes_in(const std::filesystem::path& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    bytes += entry.is_regular_file() ? entry.file_size() : 0;
  return bytes;
}

/// Of this process, all threads together.
double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& one) {
    return static_cast<double>(one.tv_sec) + static_cast<double>(one.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void timed_audit(const std::filesystem::path& folder, unsigned threads) {
  const auto opened = expect(open_store(folder, open_mode::read_only));
  const auto begin = steady::now();
  const auto cpu_begin = cpu_seconds();
  const auto report = expect(verify_logs(*opened, {.only = {}, .seal = nullptr, .threads = threads}));
  const auto seconds = std::chrono::duration<double>(steady::now() - begin).count();
  if (!report.faults.empty())
    give_up("event " + std::to_string(report.faults.front().number) + ": " + report.faults.front().what);
  std::printf(R"({"threads": %u, "events": %llu, "seconds": %.4f, "cpu_seconds": %.4f, "bytes": %llu})"
              "\n",
              threads, static_cast<unsigned long long>(report.events), seconds, cpu_seconds() - cpu_begin,
              static_cast<unsigned long long>(bytes_in(folder)));
}

} // namespace

int main(int count, char** words) {
  const auto number = [&](int at, std::uint64_t otherwise) {
    return count > at ? std::strtoull(words[at], nullptr, 10) : otherwise;
  };
  shape wanted;
  wanted.events = number(1, wanted.events);
  wanted.campaigns = std::max<std::uint64_t>(1, number(2, wanted.campaigns));
  wanted.letters_an_event =
      static_cast<letter_index>(std::max<std::uint64_t>(1, number(3, wanted.letters_an_event)));
  wanted.has_queue_ids = count > 4 && std::string(words[4]) == "ids";

  auto made = (std::filesystem::temp_directory_path() / "sluice-audit-rate-XXXXXX").string();
  const bool is_temporary = count <= 5;
  if (is_temporary && ::mkdtemp(made.data()) == nullptr)
    give_up("cannot make a temporary folder");
  const std::filesystem::path folder = is_temporary ? made : words[5];
  {
    const auto store = expect(open_store(folder, open_mode::read_write));
    for (std::uint64_t id = 1; id <= wanted.campaigns; ++id)
      write_campaign(store->journal(), {id}, wanted);
  }
  timed_audit(folder, 1);
  timed_audit(folder, 0); // one for each processor
  if (is_temporary)
    std::filesystem::remove_all(folder);
  return 0;
}
