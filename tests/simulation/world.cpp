#include "tests/simulation/world.hpp"

#include "actors/actors.hpp"
#include "actors/relay_group.hpp"
#include "persistence/memory/store.hpp"
#include "tests/simulation/oracle.hpp"
#include "tests/simulation/scenario.hpp"
#include "tests/simulation/simulated_disk.hpp"
#include "tests/simulation/simulated_relay.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <deque>

namespace sluice::simulation {

namespace {

using namespace std::chrono_literals;

/// What a live thing in the simulation may be disturbed with, and no oftener than the engine bears without
/// parking a campaign (deaths_max in the supervisor).
constexpr unsigned deaths_of_a_boot_max = 6;
constexpr std::size_t campaigns_max = 4;
constexpr std::size_t rest_steps_max = 200'000;
/// A plan of scenario.cpp's takes 12 days at most, and its letters are given up within hours.
constexpr milliseconds calm_max = std::chrono::hours(24 * 40);
/// Small steps first, so that what is late shows; then as far as the plans go.
constexpr milliseconds small_steps_for = std::chrono::minutes(9);
constexpr milliseconds small_step = std::chrono::seconds(20);
constexpr milliseconds large_step = std::chrono::minutes(2);

struct simulated_configuration : caf::actor_system_config {
  simulated_configuration() {
    set("scheduler.policy", caf::atom("testing"));
    register_messages(*this);
  }
};

class world {
public:
  world(std::uint64_t seed, bool is_traced);
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  void live();
  life told() const { return oracle_.told; }

private:
  // -- the process
  void boot();
  void shut_down();
  void crash();
  timestamp now() const { return clock_.now(); }
  void pass(milliseconds duration);
  bool run_a_job();
  void rest();

  // -- what is known to be pending, at rest
  bool is_late(const caf::resumable* job) const;
  bool has_late_sender() const {
    return std::ranges::any_of(scheduler_->jobs, [this](auto* job) { return is_late(job); });
  }
  bool is_recovering() const;
  std::optional<milliseconds> until_next_pending() const;
  void settle();

  // -- what happens
  void disturb();
  void ask_something();
  void kill_some_actor();
  void slow_down();
  std::unique_ptr<relay> make_relays();
  bool step_relays();
  void make_campaign();
  void suppress_somebody();
  void alter_audiences();
  bool is_altering(unsigned of) { return scenario_.has_altered_audiences() && chance_.below(of) == 0; }
  void jump_the_clock();
  void remove_some_campaign();
  void ask(campaign_id id, command asked);
  bool everything_is_over() const;
  void act_as_people_would();
  void calm_down();

  template <class... Parts>
  void say(fmt::format_string<Parts...> words, Parts&&... parts) {
    oracle_.say(words, std::forward<Parts>(parts)...);
  }

  /// Known seeds of other worlds live as they did.
  const bool removes_campaigns_;
  dice chance_;
  scenario scenario_;
  node_settings settings_;
  simulated_clock clock_;
  oracle oracle_;

  std::unique_ptr<simulated_configuration> configuration_;
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator* scheduler_ = nullptr;
  engine_ptr parts_;
  simulated_disk* disk_ = nullptr;
  std::vector<simulated_relay*> relays_;
  supervisor_actor supervisor_;
  unsigned deaths_of_this_boot_ = 0;
  unsigned generation_ = 0; ///< processes so far
  relay_servers servers_;   ///< behind each relay's name, whether it is there or not
  std::optional<std::size_t> relay_gone_;

  std::deque<std::pair<campaign_id, command>> keyed_;
  std::uint64_t next_key_ = 1;
  milliseconds senders_late_until_{0};
  milliseconds relay_slow_until_{0};
};

world::world(std::uint64_t seed, bool is_traced) :
    removes_campaigns_(seed % 4 == 0), chance_(seed), scenario_(chance_), settings_(scenario_.settings()),
    oracle_(clock_, is_traced, settings_.retry) {
  parts_ = std::make_shared<engine>();
  auto disk = std::make_unique<simulated_disk>(
      chance_, [this](campaign_id id, event_number number, const event& what) {
        oracle_.on_durable(id, number, what);
      });
  disk_ = disk.get();
  disk_->row_bytes_max = scenario_.row_bytes_max();
  parts_->store = std::move(disk);
  boot();
}

world::~world() {
  shut_down();
}

void world::boot() {
  parts_->settings = settings_;
  parts_->letters.set_bytes_max(settings_.letters_bytes_max);
  parts_->relay = make_relays();
  parts_->relays = parts_->relay->names();
  parts_->servers.clear();
  for (const auto& name : parts_->relays)
    parts_->servers.emplace(name, servers_.at(name));
  ++generation_;
  parts_->claims.set_letters_max(parts_->relay->letters_in_flight_max());
  parts_->now = [this] { return now(); };
  parts_->campaigns.subscribe([this](campaign_id id, const view_ptr& view) { oracle_.on_view(id, view); });
  configuration_ = std::make_unique<simulated_configuration>();
  system_ = std::make_unique<caf::actor_system>(*configuration_);
  scheduler_ = &dynamic_cast<caf::scheduler::test_coordinator&>(system_->scheduler());
  oracle_.begin_watching(parts_->relay->letters_in_flight_max(), parts_->relays.size() > 1, parts_->servers);
  deaths_of_this_boot_ = 0;
  supervisor_ = spawn_supervisor(*system_, parts_);
}

/// One relay; or several, one of which may be gone after a restart, or back. Now and then a name comes back with another
/// server behind it.
std::unique_ptr<relay> world::make_relays() {
  relays_.clear();
  const auto name_of_relay = [](std::size_t at) {
    return at == 0 ? std::string{} : fmt::format("relay-{}", at);
  };
  const auto names = std::max<std::size_t>(1, scenario_.relays().size());
  for (std::size_t at = 0; generation_ == 0 && at < names; ++at)
    servers_[name_of_relay(at)] = fmt::format("server {} of the beginning", at);
  if (generation_ > 0 && chance_.below(8) == 0)
    servers_[name_of_relay(chance_.below(names))] = fmt::format("server {}", generation_);
  const auto make = [this](const std::string& name) {
    auto made = std::make_unique<simulated_relay>(
        chance_, scenario_.connections(),
        simulated_relay::watchers{[this](const transmission& sent) { oracle_.on_end_of_data(sent); },
                                  [this](const transmission& sent) { oracle_.on_delivery(sent); },
                                  [this](campaign_id whose) { oracle_.on_throttle(whose); }},
        name, servers_.at(name));
    made->mood = scenario_.mood();
    relays_.push_back(made.get());
    return made;
  };
  const auto& shares = scenario_.relays();
  if (shares.empty())
    return make("");
  if (chance_.below(3) == 0)
    relay_gone_ = chance_.below(2) == 0 ? std::optional(chance_.below(shares.size())) : std::nullopt;
  std::vector<relay_member> members;
  for (std::size_t at = 0; at < shares.size(); ++at)
    if (at != relay_gone_) {
      auto name = name_of_relay(at);
      auto made = make(name);
      members.push_back({std::move(name), shares[at], std::move(made)});
    }
  return make_relay_group(
      std::move(members), [this] { return now(); }, [this] { return moment{} + clock_.passed; });
}

bool world::step_relays() {
  const auto first = relays_.size() == 1 ? 0 : chance_.below(relays_.size());
  for (std::size_t at = 0; at < relays_.size(); ++at)
    if (relays_[(first + at) % relays_.size()]->step())
      return true;
  return false;
}

/// What the actors still do on their way down reaches a store that nobody reads.
void world::shut_down() {
  oracle_.stop_watching();
  caf::anon_send_exit(supervisor_, caf::exit_reason::kill);
  supervisor_ = nullptr;
  auto store = std::move(parts_->store);
  auto old_parts = std::exchange(parts_, std::make_shared<engine>());
  parts_->store = std::move(store);
  old_parts->store = make_memory_store();
  old_parts->pool->stop();
  disk_->crash();
  scheduler_->run();
  system_.reset();
  relays_.clear();
}

void world::crash() {
  say("CRASH");
  ++oracle_.told.crashes;
  shut_down();
  if (is_altering(4))
    alter_audiences();
  boot();
}

void world::pass(milliseconds duration) {
  clock_.passed += duration;
  for (auto* one : relays_)
    one->is_slow = clock_.passed < relay_slow_until_;
  scheduler_->advance_time(duration);
}

bool world::run_a_job() {
  auto& jobs = scheduler_->jobs;
  const auto can_run =
      std::ranges::partition(jobs, [this](const auto* job) { return !is_late(job); }).begin() - jobs.begin();
  if (can_run == 0)
    return false;
  const auto chosen = static_cast<std::ptrdiff_t>(chance_.below(static_cast<std::size_t>(can_run)));
  std::rotate(jobs.begin(), jobs.begin() + chosen, jobs.begin() + chosen + 1);
  if (oracle_.is_traced())
    if (auto* who = dynamic_cast<caf::scheduled_actor*>(jobs.front()); who && who->mailbox().peek())
      say("{} {} takes {}", who->name(), who->id(),
          caf::to_string(who->mailbox().peek()->content()).substr(0, 100));
  scheduler_->run_once();
  oracle_.throw_if_failed();
  return true;
}

/// Until nothing is left to do at this moment.
void world::rest() {
  for (std::size_t step = 0; step < rest_steps_max; ++step) {
    auto is_busy = run_a_job();
    is_busy = parts_->pool->run_one() || is_busy;
    is_busy = step_relays() || is_busy;
    if (disk_->waiting() > 0 && (!is_busy || chance_.below(4) == 0)) {
      disk_->sync(1 + chance_.below(8));
      is_busy = true;
    }
    oracle_.throw_if_failed();
    if (!is_busy)
      return;
  }
  throw broken_rule("it does not come to rest");
}

bool world::is_late(const caf::resumable* job) const {
  const auto* who = dynamic_cast<const caf::scheduled_actor*>(job);
  return clock_.passed < senders_late_until_ && who && std::string_view{who->name()} == "sender";
}

/// A campaign may be away or wait for its disk: its revival or retry is set, or a sender that would tell of its death
/// is late.
bool world::is_recovering() const {
  const auto is_recovery = [](const caf::detail::simple_actor_clock::delayed_event& event) {
    if (event.subtype != caf::detail::simple_actor_clock::actor_msg_type)
      return false;
    const auto& content =
        static_cast<const caf::detail::simple_actor_clock::actor_msg&>(event).content->content();
    if (content.empty() || !content.match_element<caf::atom_value>(0))
      return false;
    const auto& what = content.get_as<caf::atom_value>(0);
    return what == revive_atom::value || what == retry_atom::value;
  };
  return has_late_sender() || std::ranges::any_of(scheduler_->clock().schedule(),
                                                  [&](const auto& one) { return is_recovery(*one.second); });
}

/// How long until the first of what is known to come: an actor's delayed message, a late sender's turn. Nothing:
/// nothing is to come.
std::optional<milliseconds> world::until_next_pending() const {
  std::optional<milliseconds> next;
  const auto& clock = scheduler_->clock();
  if (!clock.schedule().empty())
    next = std::chrono::ceil<milliseconds>(clock.schedule().begin()->first - clock.current_time);
  if (has_late_sender())
    next = std::min(next.value_or(milliseconds::max()), senders_late_until_ - clock_.passed);
  return next;
}

/// Waits for all that is known to be pending, and for what that leads to. How long that takes is the engine's affair:
/// a sender that tells late of its death, then a revival that waits longer each time.
void world::settle() {
  rest();
  milliseconds waited{0};
  while (const auto next = until_next_pending()) {
    if (waited > calm_max)
      throw broken_rule("all campaigns are over, and the engine still sets timers");
    const auto step = std::max(*next, milliseconds{1});
    pass(step);
    waited += step;
    rest();
  }
}

// -- what happens ---------------------------------------------------------------------------------------

void world::make_campaign() {
  if (oracle_.books().size() >= campaigns_max)
    return;
  auto audience = scenario_.make_audience(*disk_, now());
  if (!audience)
    return;
  const auto info = disk_->imported().info(*audience).value();
  oracle_.on_import(info.hash, {info.columns, disk_->imported().read(*audience, 0, info.size).value()});
  const create_campaign wanted{scenario_.make_campaign(now()), *audience, "somebody", {}};
  const auto client = [this](caf::event_based_actor* self, const create_campaign& draft) {
    self->request(supervisor_, caf::infinite, draft)
        .then([this](campaign_id id) { oracle_.on_created(id); }, [](const caf::error&) {});
  };
  system_->spawn(client, wanted);
}

void world::ask(campaign_id id, command asked) {
  oracle_.on_command(id, asked);
  const auto client = [this, id](caf::event_based_actor* self, const command& what) {
    self->request(supervisor_, caf::infinite, id, what)
        .then([this, id, what](const command_answer& answer) { oracle_.on_answer(id, what, answer); },
              [this, id, what](const caf::error& why) { oracle_.on_refusal(id, what, from_caf(why)); });
  };
  system_->spawn(client, std::move(asked));
}

/// Commands come alone, in storms, and twice with the same key.
void world::ask_something() {
  if (oracle_.books().empty())
    return;
  if (chance_.below(12) == 0)
    return act_as_people_would();
  for (auto storm = chance_.below(10) == 0 ? 1 + chance_.below(10) : 1; storm > 0; --storm) {
    if (!keyed_.empty() && chance_.below(5) == 0) {
      const auto& [id, asked] = keyed_[chance_.below(keyed_.size())];
      ask(id, asked);
      continue;
    }
    auto at = oracle_.books().begin();
    std::advance(at, chance_.below(oracle_.books().size()));
    auto asked = scenario_.make_command();
    if (asked.kind == command_kind::edit)
      asked.edited =
          draft_edit{scenario_.make_campaign(now()), {audience_id{1 + chance_.below(4)}, "", 0, ""}};
    if (chance_.below(3) == 0) {
      asked.idempotency_key = fmt::format("key {}", next_key_++);
      keyed_.emplace_back(at->first, asked);
    }
    ask(at->first, std::move(asked));
  }
}

void world::slow_down() {
  relay_slow_until_ = clock_.passed + milliseconds{chance_.below(100'000)};
  for (auto* one : relays_)
    one->is_slow = true;
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
  oracle_.on_death();
  say("a {} dies", name);
  who->enqueue(nullptr, caf::make_message_id(caf::message_priority::high),
               caf::make_message(caf::exit_msg{who->address(),
                                               to_caf({error_code::internal, std::string{words_of_death}})}),
               nullptr);
  // The thread that would tell its sender may get no turn for longer than the campaign is away, and a server may let its
  // letters wait until it is back.
  if (chance_.below(3) == 0) {
    slow_down();
    senders_late_until_ = relay_slow_until_ + milliseconds{chance_.below(100'000)};
  }
}

void world::suppress_somebody() {
  const auto address = scenario_.some_address();
  if (disk_->suppressions().add({{address, "unsubscribed", now()}}, {}))
    oracle_.on_suppression(address);
}

/// Somebody is at the store's files; or puts back what was there.
void world::alter_audiences() {
  const auto all = disk_->imported().list();
  if (disk_->has_alterations() && chance_.below(2) == 0) {
    disk_->undo_alterations();
    say("all audiences are again as they were");
  } else if (all && !all->empty()) {
    const auto& info = (*all)[chance_.below(all->size())];
    oracle_.on_alteration(info.hash);
    const auto what = disk_->alter(info.id);
    say("audience {} is altered: {}", to_string(info.id), what);
  }
}

void world::jump_the_clock() {
  clock_.skew += milliseconds{chance_.between(-milliseconds{2h}.count(), milliseconds{2h}.count())};
  say("the wall clock jumps");
}

/// As the engine's housekeeping does with those that are over for long; here any may be asked for, at any moment.
void world::remove_some_campaign() {
  std::vector<campaign_id> any;
  std::vector<campaign_id> over;
  for (const auto& [id, books] : oracle_.books())
    (books.is_over() ? over : any).push_back(id);
  const auto& some = any.empty() || (!over.empty() && chance_.below(4) > 0) ? over : any;
  if (some.empty())
    return;
  const auto client = [this](caf::event_based_actor* self, campaign_id id) {
    self->request(supervisor_, caf::infinite, remove_atom::value, id)
        .then(
            [this, id](bool is_removed) {
              if (is_removed)
                oracle_.on_removal(id);
            },
            [](const caf::error&) {});
  };
  system_->spawn(client, some[chance_.below(some.size())]);
}

void world::disturb() {
  const auto thrown = chance_.below(1000);
  if (thrown < 440) {
    run_a_job();
  } else if (thrown < 500) {
    parts_->pool->run_one();
  } else if (thrown < 720) {
    step_relays();
  } else if (thrown < 830) {
    if (disk_->waiting() > 0 && chance_.below(20) == 0) {
      kill_some_actor(); // while what it appends is on its way
      return;
    }
    disk_->sync(1 + chance_.below(4));
    if (chance_.below(50) == 0)
      kill_some_actor(); // just as its claim is durable, and granted
  } else if (thrown < 920) {
    pass(scenario_.some_span());
  } else if (thrown < 965) {
    if (removes_campaigns_ && chance_.below(3) == 0)
      remove_some_campaign();
    else
      ask_something();
  } else if (thrown < 972) {
    make_campaign();
  } else if (thrown < 980) {
    kill_some_actor();
  } else if (thrown < 983) {
    crash();
  } else if (thrown < 988) {
    disk_->now = scenario_.some_disk_health();
    say("the disk is {}", disk_->now == simulated_disk::health::good ? "good" : "bad");
  } else if (thrown < 994) {
    auto& mood = relays_[relays_.size() == 1 ? 0 : chance_.below(relays_.size())]->mood;
    mood = scenario_.change_mood();
    say("a relay changes its mood{}", mood.is_away ? ": away" : "");
    if (chance_.below(8) == 0)
      slow_down();
  } else if (thrown < 997) {
    suppress_somebody();
  } else if (thrown < 999 && is_altering(1)) {
    alter_audiences();
  } else {
    jump_the_clock();
  }
  oracle_.throw_if_failed();
}

bool world::everything_is_over() const {
  return std::ranges::all_of(oracle_.books(), [](const auto& one) { return one.second.is_over(); });
}

/// Operators and moderators who want everything sent.
void world::act_as_people_would() {
  for (const auto& [id, books] : oracle_.books()) {
    const auto view = parts_->campaigns.find(id, now());
    if (!view || books.is_over())
      continue;
    const auto tell = [&, campaign = id](command_kind kind, const std::string& by = "people") {
      command asked{kind, by, "", "", {}};
      asked.may_approve = true;
      ask(campaign, std::move(asked));
    };
    if (view->stage == stage::draft)
      tell(view->audience.size > 0 ? command_kind::start : command_kind::discard);
    // Nobody who wrote or edited one is called so.
    const auto waits = view->stage == stage::moderation || (view->hold && needs_approval(view->hold->reason));
    for (const std::string who : {"mara", "nina"})
      if (waits)
        tell(command_kind::approve, who);
    if (view->hold && !needs_approval(view->hold->reason))
      tell(command_kind::resume);
    if (view->counts.of(letter_state::in_doubt) > 0)
      tell(chance_.below(2) == 0 ? command_kind::resend_doubt : command_kind::give_up_doubt);
  }
}

/// The faults have stopped: everything must come to its end by itself, but for what waits for people.
void world::calm_down() {
  say("the faults have stopped");
  disk_->now = simulated_disk::health::good;
  relay_slow_until_ = clock_.passed;
  for (auto* one : relays_) {
    one->mood = {};
    one->is_slow = false;
  }
  // What somebody did to the files may stay for a while: nothing else is wrong, so whose rows are others must be held.
  const auto altered_for = milliseconds{chance_.between(0, 3) * small_step.count() * 3};
  milliseconds recovered{0};
  milliseconds looked_at{0};
  for (milliseconds calm{0}; calm < calm_max;) {
    if (calm >= altered_for)
      disk_->undo_alterations();
    rest();
    if (is_recovering())
      recovered = calm;
    else if (calm - recovered > timer_max)
      oracle_.check_promptness();
    if (everything_is_over())
      break;
    // Who approves what is held for other rows has it back at once: not at each of the engine's timers.
    if (!disk_->has_alterations() || calm >= looked_at + small_step) {
      act_as_people_would();
      looked_at = calm;
    }
    if (removes_campaigns_)
      remove_some_campaign();
    rest();
    auto step = calm < small_steps_for ? small_step : large_step;
    // Not past a timer: what comes back a few letters at a time would come once a step.
    if (const auto next = until_next_pending())
      step = std::clamp(*next, milliseconds{1}, step);
    pass(step);
    calm += step;
  }
  disk_->undo_alterations();
  rest();
  oracle_.check_all_is_over();
  settle();
  oracle_.check_end(*parts_);
}

void world::live() {
  try {
    make_campaign();
    for (auto steps = chance_.between(100, 1'500); steps > 0; --steps)
      disturb();
    calm_down();
  } catch (const std::exception& fault) {
    oracle_.fail(fault.what());
  }
}

} // namespace

life live(std::uint64_t seed, bool is_traced) {
  world one(seed, is_traced);
  one.live();
  return one.told();
}

} // namespace sluice::simulation
