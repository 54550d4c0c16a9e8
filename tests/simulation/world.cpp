#include "tests/simulation/world.hpp"

#include "actors/actors.hpp"
#include "actors/audit.hpp"
#include "messages/event_json.hpp"
#include "tests/simulation/rules_observer.hpp"
#include "tests/simulation/simulated_disk.hpp"
#include "tests/simulation/simulated_relay.hpp"
#include "tests/simulation/weather.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <set>

namespace sluice::simulation {

namespace {

using namespace std::chrono_literals;

/// What a live thing in the simulation may be disturbed with, and no oftener than the engine bears without
/// parking a campaign (deaths_max in the supervisor).
constexpr unsigned deaths_of_a_boot_max = 6;
constexpr std::size_t campaigns_max = 4;
constexpr std::size_t rest_steps_max = 200'000;
constexpr milliseconds calm_max = std::chrono::hours(24 * 40);
/// Behind the end of all faults: the longest delay before a dead campaign or a failing disk is tried again, and
/// a timer's.
constexpr milliseconds grace = 3min;
constexpr std::string_view words_of_death = "killed by the simulation";

struct simulated_configuration : caf::actor_system_config {
  simulated_configuration() {
    set("scheduler.policy", caf::atom("testing"));
    register_messages(*this);
  }
};

std::string open_letters(const rules_observer& books) {
  std::string words;
  for (letter_index index = 0; index < books.letters(); ++index)
    if (!is_final(books.at(index)))
      words += fmt::format("{}{} {}", words.empty() ? "" : ", ", index, name_of(books.at(index)));
  return words;
}

class world {
public:
  world(std::uint64_t seed, bool is_traced);
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  void live();
  life told();

private:
  // -- the process
  void boot();
  void shut_down();
  void crash();
  timestamp now() const { return beginning + passed_ + skew_; }
  void pass(milliseconds duration);
  bool run_a_job();
  void rest();

  // -- what is watched
  void on_durable(campaign_id campaign, event_number number, const event& what);
  void on_view(campaign_id id, const view_ptr& view);
  void on_end_of_data(const transmission& sent);
  void on_delivery(const transmission& sent);
  void check_answer(const command& asked, campaign_id id, const command_answer& answer);
  void fail(std::string rule);
  void throw_if_failed() const;
  void check_end();
  void check_letters(campaign_id id, const rules_observer& books);
  void check_promptness();

  // -- what happens
  void disturb();
  void ask_something();
  void kill_some_actor();
  void make_campaign();
  void suppress_somebody();
  void jump_the_clock();
  void ask(campaign_id id, command asked);
  bool everything_is_over() const;
  void act_as_people_would();
  void calm_down();

  template <class... Parts>
  void say(fmt::format_string<Parts...> words, Parts&&... parts) {
    if (!is_traced_)
      return;
    told_.trace.push_back(fmt::format("{:>12} ms  {}", (passed_ + skew_).count(),
                                      fmt::format(words, std::forward<Parts>(parts)...)));
    if (told_.trace.size() > 2 * trace_lines_max)
      told_.trace.erase(told_.trace.begin(), told_.trace.end() - trace_lines_max);
  }

  static constexpr timestamp beginning{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1} + 9h};

  dice chance_;
  bool is_traced_;
  weather weather_;
  life told_;
  milliseconds passed_{0};
  milliseconds skew_{0};
  bool is_watching_ = false; ///< false while a process goes down: what it still does reaches nobody

  node_settings settings_;
  std::unique_ptr<simulated_configuration> configuration_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator* scheduler_ = nullptr;
  engine_ptr parts_;
  simulated_disk* disk_ = nullptr;
  simulated_relay* relay_ = nullptr;
  supervisor_actor supervisor_;
  unsigned deaths_of_this_boot_ = 0;

  std::map<campaign_id, rules_observer> books_;
  std::set<campaign_id> discarded_;
  std::map<std::pair<campaign_id, letter_index>, unsigned> delivered_;
  std::map<std::pair<campaign_id, letter_index>, std::string> message_ids_;
  std::map<campaign_id, milliseconds> scheduled_;  ///< when, by a clock that does not jump
  std::map<std::string, milliseconds> suppressed_; ///< likewise
  std::map<std::string, command_answer> answered_keys_;
  std::deque<std::pair<campaign_id, command>> keyed_;
  std::uint64_t next_key_ = 1;
  unsigned unanswered_ = 0; ///< commands of this boot
  milliseconds senders_late_until_{0};
};

world::world(std::uint64_t seed, bool is_traced) : chance_(seed), is_traced_(is_traced), weather_(chance_) {
  settings_ = weather_.settings();
  parts_ = std::make_shared<engine>();
  auto disk =
      std::make_unique<simulated_disk>(chance_, [this](campaign_id id, event_number number,
                                                       const event& what) { on_durable(id, number, what); });
  disk_ = disk.get();
  parts_->store = std::move(disk);
  boot();
}

world::~world() {
  shut_down();
}

void world::boot() {
  parts_->settings = settings_;
  auto made = std::make_unique<simulated_relay>(
      chance_, weather_.connections(), [this](const transmission& sent) { on_end_of_data(sent); },
      [this](const transmission& sent) { on_delivery(sent); });
  relay_ = made.get();
  relay_->mood = weather_.mood();
  parts_->relay = std::move(made);
  parts_->now = [this] { return now(); };
  parts_->campaigns.subscribe([this](campaign_id id, const view_ptr& view) { on_view(id, view); });
  configuration_ = std::make_unique<simulated_configuration>();
  system_ = std::make_unique<caf::actor_system>(*configuration_);
  scheduler_ = &dynamic_cast<caf::scheduler::test_coordinator&>(system_->scheduler());
  is_watching_ = true;
  deaths_of_this_boot_ = 0;
  unanswered_ = 0;
  supervisor_ = spawn_supervisor(*system_, parts_);
}

/// What the actors still do on their way down reaches a store that nobody reads.
void world::shut_down() {
  is_watching_ = false;
  caf::anon_send_exit(supervisor_, caf::exit_reason::kill);
  supervisor_ = nullptr;
  auto store = std::move(parts_->store);
  auto old_parts = std::exchange(parts_, std::make_shared<engine>());
  parts_->store = std::move(store);
  old_parts->store = make_memory_store();
  disk_->crash();
  scheduler_->run();
  system_.reset();
  relay_ = nullptr;
}

void world::crash() {
  say("CRASH");
  ++told_.crashes;
  shut_down();
  boot();
}

void world::pass(milliseconds duration) {
  passed_ += duration;
  scheduler_->advance_time(duration);
}

bool world::run_a_job() {
  auto& jobs = scheduler_->jobs;
  const auto waits = [this](const caf::resumable* job) {
    const auto* who = dynamic_cast<const caf::scheduled_actor*>(job);
    return passed_ < senders_late_until_ && who && std::string_view{who->name()} == "sender";
  };
  const auto can_run = std::ranges::partition(jobs, std::not_fn(waits)).begin() - jobs.begin();
  if (can_run == 0)
    return false;
  const auto chosen = static_cast<std::ptrdiff_t>(chance_.below(static_cast<std::size_t>(can_run)));
  std::rotate(jobs.begin(), jobs.begin() + chosen, jobs.begin() + chosen + 1);
  if (is_traced_)
    if (auto* who = dynamic_cast<caf::scheduled_actor*>(jobs.front()); who && who->mailbox().peek())
      say("{} {} takes {}", who->name(), who->id(),
          caf::to_string(who->mailbox().peek()->content()).substr(0, 100));
  scheduler_->run_once();
  throw_if_failed();
  return true;
}

/// Until nothing is left to do at this moment.
void world::rest() {
  for (std::size_t step = 0; step < rest_steps_max; ++step) {
    auto is_busy = run_a_job();
    is_busy = relay_->step() || is_busy;
    if (disk_->waiting() > 0 && (!is_busy || chance_.below(4) == 0)) {
      disk_->sync(1 + chance_.below(8));
      is_busy = true;
    }
    throw_if_failed();
    if (!is_busy)
      return;
  }
  throw broken_rule("it does not come to rest");
}

// -- what is watched ------------------------------------------------------------------------------------

void world::fail(std::string rule) {
  if (!told_.broken)
    told_.broken = std::move(rule);
}

void world::throw_if_failed() const {
  if (told_.broken)
    throw broken_rule(*told_.broken);
}

void world::on_durable(campaign_id campaign, event_number number, const event& what) {
  auto& books = books_.try_emplace(campaign, settings_.retry).first->second;
  say("{} event {}: {}", to_string(campaign), number, is_traced_ ? to_json(what).dump() : std::string{});
  ++told_.events;
  for (const auto part : {campaign.value, number, static_cast<std::uint64_t>(what.body.index()),
                          static_cast<std::uint64_t>(what.at.time_since_epoch().count())})
    told_.digest = (told_.digest ^ part) * 0x100000001B3U;
  if (number != books.last() + 1)
    fail(fmt::format("rule 9: {} has its event {} behind event {}", to_string(campaign), number,
                     books.last()));
  if (const auto* outcomes = std::get_if<settled>(&what.body))
    for (const auto& group : outcomes->groups)
      told_.doubts += group.outcome == letter_state::in_doubt ? group.letters.count() : 0;
  try {
    books.see(what);
  } catch (const broken_rule& rule) {
    fail(fmt::format("{} {}", to_string(campaign), rule.what()));
  }
  if (std::holds_alternative<scheduled>(what.body))
    scheduled_.emplace(campaign, passed_);
  if (std::holds_alternative<discarded>(what.body))
    discarded_.insert(campaign);
}

void world::on_view(campaign_id id, const view_ptr& view) {
  if (!is_watching_ || !view)
    return;
  if (!view->fault.empty()) {
    say("{} shows the fault: {}", to_string(id), view->fault);
    const auto tells_of = [&](std::string_view words) {
      return view->fault.find(words) != std::string::npos;
    };
    if (!tells_of(words_of_death) && !tells_of("simulated disk"))
      fail(fmt::format("{} died by itself: {}", to_string(id), view->fault));
    return;
  }
  say("{} is shown at event {}: {}", to_string(id), view->version, name_of(view->status()));
  const auto known = books_.find(id);
  if (known == books_.end() || view->version > known->second.last()) {
    fail(fmt::format("rule 9: {} is shown at event {}, which is not durable", to_string(id), view->version));
    return;
  }
  const auto& books = known->second;
  if (view->counts.by_state != books.counts_at(view->version))
    fail(fmt::format("rule 6: {} shows other counts at event {} than its log gives", to_string(id),
                     view->version));
  if (view->version == books.last() &&
      (view->hold.has_value() != books.is_held() || view->t0 != books.zero()))
    fail(fmt::format("rule 6: {} shows another hold or T0 than its log gives", to_string(id)));
}

void world::on_end_of_data(const transmission& sent) {
  say("{} letter {}: end of data", to_string(sent.campaign), sent.index);
  const auto known = books_.find(sent.campaign);
  if (known == books_.end() || known->second.at(sent.index) != letter_state::claimed)
    fail(fmt::format("the claim comes first: {} letter {} is sent and not claimed in the log",
                     to_string(sent.campaign), sent.index));
  const auto at = sent.message.find("Message-ID: ");
  const auto line = std::string{sent.message.substr(at, sent.message.find("\r\n", at) - at)};
  const auto [noted, is_new] = message_ids_.try_emplace({sent.campaign, sent.index}, line);
  if (!is_new && noted->second != line)
    fail(fmt::format("{} letter {} has another Message-ID at its second attempt", to_string(sent.campaign),
                     sent.index));
}

void world::on_delivery(const transmission& sent) {
  ++delivered_[{sent.campaign, sent.index}];
  const auto suppressed = suppressed_.find(sent.recipient);
  if (suppressed != suppressed_.end() && suppressed->second < scheduled_.at(sent.campaign))
    fail(fmt::format("{} letter {} went to an address that was suppressed before the start",
                     to_string(sent.campaign), sent.index));
}

void world::check_answer(const command& asked, campaign_id id, const command_answer& answer) {
  if (!is_watching_)
    return;
  say("{} {} by {} is answered: {}, changed {}, event {}", to_string(id), name_of(asked.kind), asked.by,
      name_of(answer.status), answer.changed, answer.version);
  const auto& books = books_.at(id);
  if (answer.version > books.last())
    fail(fmt::format("rule 9: {} {} was answered before event {} was durable", to_string(id),
                     name_of(asked.kind), answer.version));
  else if (books.counts_at(answer.version)[static_cast<std::size_t>(letter_state::claimed)] !=
           answer.in_flight)
    fail(fmt::format("rule 6: {} {} was answered with {} letters in flight", to_string(id),
                     name_of(asked.kind), answer.in_flight));
  if (asked.idempotency_key.empty())
    return;
  const auto [first, is_first] = answered_keys_.try_emplace(asked.idempotency_key, answer);
  if (!is_first && first->second != answer)
    fail(fmt::format("{} {}: the second arrival of an idempotency key was answered otherwise than the first",
                     to_string(id), name_of(asked.kind)));
}

/// With no fault for a while, what is due has left: nothing waits for a timer that was lost.
void world::check_promptness() {
  for (const auto& [id, books] : books_) {
    const auto view = parts_->campaigns.find(id, now());
    if (!view || view->changed_at > now() - grace)
      continue; // just changed; or the wall clock jumped back behind it, and the campaign's time stands still
    if (books.zero() && !books.is_sending() && !books.is_held() && !books.is_over() &&
        *books.zero() < now() - grace)
      throw broken_rule(fmt::format("{} should be sending by now", to_string(id)));
    if (!books.may_claim())
      continue;
    if (const auto late = books.overdue(now() - grace))
      throw broken_rule(
          fmt::format("{} letter {} is due for minutes and does not leave", to_string(id), *late));
  }
}

void world::check_letters(campaign_id id, const rules_observer& books) {
  const auto must = [&](bool holds, letter_index index, const char* rule) {
    if (!holds)
      throw broken_rule(fmt::format("{} letter {}: {}", to_string(id), index, rule));
  };
  for (letter_index index = 0; index < books.letters(); ++index) {
    const auto found = delivered_.find({id, index});
    const auto times = found == delivered_.end() ? 0U : found->second;
    const auto state = books.at(index);
    must(times <= 1 + books.resends_of(index), index,
         "rule 7: it arrived twice and was not sent again out of doubt");
    must(state != letter_state::accepted || times > 0, index,
         "rule 7: the log says accepted, and it never arrived");
    const auto was_in_doubt = books.doubts_of(index) > 0;
    must(times == 0 || was_in_doubt || state == letter_state::accepted, index,
         "it arrived, and the log does not know");
    must(!books.is_whole() || is_final(state), index, "rule 7: it has no final outcome");
    must(state != letter_state::claimed, index, "it is in flight after the end");
  }
}

void world::check_end() {
  const auto report = verify_logs(*disk_, audit_request{std::nullopt, nullptr, 1});
  if (!report)
    throw broken_rule("the audit cannot read the log: " + report.error().message);
  if (!report->faults.empty())
    throw broken_rule(fmt::format("the audit finds in {} event {}: {}", to_string(report->faults[0].campaign),
                                  report->faults[0].number, report->faults[0].what));
  if (unanswered_ > 0)
    throw broken_rule(fmt::format("{} commands were never answered", unanswered_));
  for (const auto& [id, books] : books_) {
    told_.letters += books.letters();
    check_letters(id, books);
    const auto view = parts_->campaigns.find(id, now());
    if (!view && !discarded_.contains(id))
      throw broken_rule(fmt::format("{} is shown no more", to_string(id)));
    if (view && (view->version != books.last() || view->counts.by_state != books.counts_at(books.last())))
      throw broken_rule(fmt::format("rule 6: {} at rest shows something else than its log", to_string(id)));
  }
  told_.campaigns = books_.size();
}

// -- what happens ---------------------------------------------------------------------------------------

void world::make_campaign() {
  if (books_.size() >= campaigns_max)
    return;
  auto audience = weather_.make_audience(*disk_, now());
  if (!audience)
    return;
  const create_campaign wanted{weather_.make_campaign(now()), *audience, "somebody", {}};
  const auto client = [this](caf::event_based_actor* self, const create_campaign& draft) {
    self->request(supervisor_, caf::infinite, draft)
        .then(
            [this](campaign_id id) {
              if (is_watching_ && !books_.contains(id))
                fail(fmt::format("rule 9: {} was answered and is not durable", to_string(id)));
            },
            [](const caf::error&) {});
  };
  system_->spawn(client, wanted);
}

void world::ask(campaign_id id, command asked) {
  ++told_.commands;
  ++unanswered_;
  say("{} is asked to {} by {} (key \"{}\")", to_string(id), name_of(asked.kind), asked.by,
      asked.idempotency_key);
  const auto client = [this, id](caf::event_based_actor* self, const command& what) {
    self->request(supervisor_, caf::infinite, id, what)
        .then(
            [this, id, what](const command_answer& answer) {
              --unanswered_;
              check_answer(what, id, answer);
            },
            [this, id, what](const caf::error& why) {
              --unanswered_;
              if (is_watching_)
                say("{} {} is refused: {}", to_string(id), name_of(what.kind), from_caf(why).message);
            });
  };
  system_->spawn(client, std::move(asked));
}

/// Commands come alone, in storms, and twice with the same key.
void world::ask_something() {
  if (books_.empty())
    return;
  for (auto storm = chance_.below(10) == 0 ? 1 + chance_.below(10) : 1; storm > 0; --storm) {
    if (!keyed_.empty() && chance_.below(5) == 0) {
      const auto& [id, asked] = keyed_[chance_.below(keyed_.size())];
      ask(id, asked);
      continue;
    }
    auto at = books_.begin();
    std::advance(at, chance_.below(books_.size()));
    auto asked = weather_.make_command();
    if (asked.kind == command_kind::edit)
      asked.edited =
          draft_edit{weather_.make_campaign(now()), {audience_id{1 + chance_.below(4)}, "", 0, ""}};
    if (chance_.below(3) == 0) {
      asked.idempotency_key = fmt::format("key {}", next_key_++);
      keyed_.emplace_back(at->first, asked);
    }
    ask(at->first, std::move(asked));
  }
}

void world::kill_some_actor() {
  auto& jobs = scheduler_->jobs;
  if (jobs.empty() || deaths_of_this_boot_ >= deaths_of_a_boot_max)
    return;
  auto* who = dynamic_cast<caf::scheduled_actor*>(jobs[chance_.below(jobs.size())]);
  const std::string_view name = who ? who->name() : "";
  if (name != "campaign" && name != "sender" && name != "batch_builder")
    return;
  ++deaths_of_this_boot_;
  ++told_.deaths;
  say("a {} dies", name);
  who->enqueue(nullptr, caf::make_message_id(caf::message_priority::high),
               caf::make_message(caf::exit_msg{who->address(),
                                               to_caf({error_code::internal, std::string{words_of_death}})}),
               nullptr);
  // The thread that would tell its sender may get no turn for longer than the campaign is away.
  if (chance_.below(4) == 0)
    senders_late_until_ = passed_ + milliseconds{chance_.below(60'000)};
}

void world::suppress_somebody() {
  const auto address = weather_.some_address();
  if (disk_->suppressions().add({{address, "unsubscribed", now()}}))
    suppressed_.emplace(address, passed_);
}

void world::jump_the_clock() {
  skew_ += milliseconds{chance_.between(-milliseconds{2h}.count(), milliseconds{2h}.count())};
  say("the wall clock jumps");
}

void world::disturb() {
  const auto thrown = chance_.below(1000);
  if (thrown < 500) {
    run_a_job();
  } else if (thrown < 720) {
    relay_->step();
  } else if (thrown < 830) {
    disk_->sync(1 + chance_.below(4));
  } else if (thrown < 920) {
    pass(weather_.some_span());
  } else if (thrown < 965) {
    ask_something();
  } else if (thrown < 972) {
    make_campaign();
  } else if (thrown < 980) {
    kill_some_actor();
  } else if (thrown < 983) {
    crash();
  } else if (thrown < 988) {
    disk_->now = weather_.some_disk_health();
    say("the disk is {}", disk_->now == simulated_disk::health::good ? "good" : "bad");
  } else if (thrown < 994) {
    relay_->mood = weather_.change_mood();
    say("the relay changes its mood{}", relay_->mood.is_away ? ": away" : "");
  } else if (thrown < 997) {
    suppress_somebody();
  } else {
    jump_the_clock();
  }
  throw_if_failed();
}

bool world::everything_is_over() const {
  return std::ranges::all_of(books_, [](const auto& one) { return one.second.is_over(); });
}

/// Operators and moderators who want everything sent.
void world::act_as_people_would() {
  for (const auto& [id, books] : books_) {
    const auto view = parts_->campaigns.find(id, now());
    if (!view || books.is_over())
      continue;
    const auto tell = [&, campaign = id](command_kind kind) { ask(campaign, {kind, "people", "", "", {}}); };
    if (view->stage == stage::draft)
      tell(view->audience.size > 0 ? command_kind::start : command_kind::discard);
    if (view->stage == stage::moderation)
      tell(command_kind::approve);
    if (view->hold)
      tell(command_kind::resume);
    if (view->counts.of(letter_state::in_doubt) > 0)
      tell(chance_.below(2) == 0 ? command_kind::resend_doubt : command_kind::give_up_doubt);
  }
}

/// The faults have stopped: everything must come to its end by itself, but for what waits for people.
void world::calm_down() {
  say("the faults have stopped");
  disk_->now = simulated_disk::health::good;
  relay_->mood = {};
  for (milliseconds calm{0}; calm < calm_max;) {
    rest();
    if (calm > 2 * grace)
      check_promptness();
    if (everything_is_over())
      break;
    act_as_people_would();
    rest();
    // Small steps first, so that what is late shows; then as far as the plans go.
    const auto step = calm < 3 * grace ? milliseconds{20s} : milliseconds{2min};
    pass(step);
    calm += step;
  }
  rest();
  for (const auto& [id, books] : books_)
    if (!books.is_over())
      throw broken_rule(
          fmt::format("{} does not come to its end; open letters: {}", to_string(id), open_letters(books)));
  pass(1min);
  rest();
  check_end();
}

void world::live() {
  try {
    make_campaign();
    for (auto steps = chance_.between(100, 1'500); steps > 0; --steps)
      disturb();
    calm_down();
  } catch (const std::exception& fault) {
    fail(fault.what());
  }
}

life world::told() {
  return told_;
}

} // namespace

life live(std::uint64_t seed, bool is_traced) {
  world one(seed, is_traced);
  one.live();
  return one.told();
}

} // namespace sluice::simulation
