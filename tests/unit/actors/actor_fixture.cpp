#include "tests/unit/actors/actor_fixture.hpp"

#include "actors/audit/recovery.hpp"
#include "tests/unit/actors/examples.hpp"

#include <caf/event_based_actor.hpp>

#include <algorithm>
#include <deque>
#include <set>
#include <stdexcept>

namespace sluice::testing {

struct scripted_relay::queue_in_hand final : campaign_queue {
  campaign_id campaign;
  report_sink sink;
  std::deque<std::pair<batch_ptr, const letter*>> offered;
  std::map<letter_index, arrival> waiting; ///< on a connection, wanted
  std::set<letter_index> granted;
  std::map<letter_index, arrival> sent; ///< end of data sent, no outcome yet
  bool is_withdrawn = false;
  bool withdraw_complete = false; ///< told
  std::function<void(const batch&)> on_offer;
  relay_report report;

  void offer(batch_part letters) override {
    on_offer(*letters.from);
    for (auto at = letters.begin; at < letters.end; ++at)
      offered.emplace_back(letters.from, &letters.from->letters[at]);
  }
  void grant(letter_ranges letters) override {
    letters.for_each([&](letter_index index) { granted.insert(index); });
  }
  void deny(letter_ranges letters) override {
    letters.for_each([&](letter_index index) {
      if (waiting.erase(index) > 0)
        report.handed_back.add(index);
    });
  }
  void withdraw() override { is_withdrawn = true; }
};

std::shared_ptr<campaign_queue>
scripted_relay::open(campaign_id campaign, const letter_route&, report_sink sink) {
  auto queue = std::make_shared<queue_in_hand>();
  queue->campaign = campaign;
  queue->sink = std::move(sink);
  queue->on_offer = [this](const batch& letters) {
    largest_batch = std::max(largest_batch, letters.used_bytes());
  };
  queues_.push_back(queue);
  return queue;
}

std::size_t scripted_relay::on_connections() const {
  std::size_t count = 0;
  for (const auto& weak : queues_)
    if (const auto queue = weak.lock())
      count += queue->waiting.size() + queue->sent.size();
  return count;
}

bool scripted_relay::may_send(campaign_id campaign) const {
  return std::ranges::any_of(queues_, [&](const auto& weak) {
    const auto queue = weak.lock();
    return queue && queue->campaign == campaign && !queue->is_withdrawn;
  });
}

bool scripted_relay::turn() {
  std::vector<std::pair<std::shared_ptr<queue_in_hand>, relay_report>> reports;
  auto free = connections - std::min(connections, on_connections());
  for (const auto& weak : queues_) {
    const auto queue = weak.lock();
    if (!queue)
      continue;
    if (queue->is_withdrawn) {
      for (const auto& [letters, one] : queue->offered)
        queue->report.handed_back.add(one->index);
      queue->offered.clear();
      letter_ranges unsent;
      for (const auto& [index, one] : queue->waiting)
        queue->granted.contains(index) ? unsent.add(index) : queue->report.handed_back.add(index);
      if (!unsent.empty())
        queue->report.results.push_back({letter_state::pending, unsent, {}});
      queue->waiting.clear();
    }
    for (; free > 0 && !queue->offered.empty(); --free) {
      const auto [letters, one] = queue->offered.front();
      queue->offered.pop_front();
      queue->waiting.emplace(one->index,
                             arrival{queue->campaign, one->index, std::string{letters->recipient_of(*one)},
                                     letters->message_of(*one)});
      queue->report.wanted.add(one->index);
      if (!name.empty())
        queue->report.named.push_back({name, {{one->index, one->index + 1}}});
    }
    for (const auto index : std::exchange(queue->granted, {})) {
      const auto found = queue->waiting.find(index);
      if (found == queue->waiting.end())
        continue;
      arrivals.push_back(found->second);
      const auto outcome =
          outcome_of ? outcome_of(found->second)
                     : result_group{letter_state::accepted, {{index, index + 1}}, {250, "2.0.0", "Ok"}};
      if (outcome)
        queue->report.results.push_back(*outcome);
      else
        queue->sent.emplace(*found);
      queue->waiting.erase(found);
    }
    if (queue->is_withdrawn && queue->sent.empty() && !std::exchange(queue->withdraw_complete, true))
      queue->report.withdraw_complete = true;
    if (!queue->report.empty())
      reports.emplace_back(queue, std::exchange(queue->report, {}));
  }
  for (auto& [queue, report] : reports)
    queue->sink(std::move(report));
  std::erase_if(queues_, [](const auto& weak) { return weak.expired(); });
  return !reports.empty();
}

void scripted_relay::say(bool is_failing, const std::string& trouble) {
  say_why(is_failing ? text_notice(trouble) : notice{});
}

void scripted_relay::say_why(const notice& trouble) {
  for (const auto& weak : queues_)
    if (const auto queue = weak.lock()) {
      queue->report.has_condition = true;
      queue->report.failing = !trouble.empty();
      queue->report.trouble = trouble;
    }
}

void scripted_relay::refuse_sender(const reply& said) {
  for (const auto& weak : queues_)
    if (const auto queue = weak.lock())
      queue->report.sender_refused = said;
}

void scripted_relay::finish(letter_state outcome, const reply& answer) {
  for (const auto& weak : queues_)
    if (const auto queue = weak.lock()) {
      letter_ranges letters;
      for (const auto& [index, one] : queue->sent)
        letters.add(index);
      queue->sent.clear();
      if (!letters.empty())
        queue->report.results.push_back({outcome, letters, answer});
    }
}

void scripted_relay::stop() {
  finish(letter_state::in_doubt, {});
  for (const auto& weak : queues_)
    if (const auto queue = weak.lock())
      queue->is_withdrawn = true;
  turn();
}

namespace {

struct test_configuration : caf::actor_system_config {
  test_configuration() {
    set("scheduler.policy", caf::atom("testing"));
    register_messages(*this);
  }
};

} // namespace

actor_fixture::actor_fixture(node_settings settings, std::unique_ptr<store> on) :
    settings_(std::move(settings)) {
  parts = std::make_shared<engine>();
  parts->store = std::move(on);
  boot();
}

actor_fixture::~actor_fixture() {
  caf::anon_send_exit(supervisor, caf::exit_reason::kill);
  supervisor = nullptr;
  parts->pool->stop();
  scheduler_->run();
  system_.reset();
}

node_settings actor_fixture::quiet_settings() {
  node_settings settings;
  settings.moderation.first_campaigns = 0;
  settings.moderation.audience_growth_max = 0;
  settings.moderation.requires_unsubscribe = false;
  settings.moderation.role_addresses_percent_max = 100;
  settings.suspicion.enabled = false;
  return settings;
}

void actor_fixture::boot() {
  parts->settings = settings_;
  auto made = std::make_unique<scripted_relay>();
  made->arrivals = std::exchange(arrivals_before_, {});
  relay = made.get();
  parts->relay = std::move(made);
  parts->servers = servers;
  parts->now = [this] { return now(); };
  configuration_ = std::make_unique<test_configuration>();
  system_ = std::make_unique<caf::actor_system>(*configuration_);
  scheduler_ = &dynamic_cast<caf::scheduler::test_coordinator&>(system_->scheduler());
  supervisor = spawn_supervisor(*system_, parts);
  run();
}

void actor_fixture::crash() {
  // Killed, none of the actors gets to write or say anything more; the store keeps what was durable.
  caf::anon_send_exit(supervisor, caf::exit_reason::kill);
  supervisor = nullptr;
  auto store = std::move(parts->store);
  arrivals_before_ = std::move(relay->arrivals);
  auto old_parts = std::exchange(parts, std::make_shared<engine>());
  parts->store = std::move(store);
  old_parts->store = make_memory_store();
  old_parts->pool->stop();
  scheduler_->run();
  system_.reset();
  relay = nullptr;
  boot();
}

timestamp actor_fixture::now() const {
  return examples::t0 + passed_ + skew;
}

audience_id actor_fixture::make_audience(letter_index size) {
  auto writer = parts->store->audiences().begin("Customers", now()).value();
  const auto name = writer->column("name").value();
  writer->column("token").value(); // of the link, which no row has
  for (letter_index index = 0; index < size; ++index) {
    recipient row;
    row.email = "r" + std::to_string(index) + "@example.com";
    row.fields.push_back({0, row.email});
    row.fields.push_back({name, "Recipient " + std::to_string(index)});
    writer->add(row).value();
  }
  return writer->commit({}).value().id;
}

campaign_id actor_fixture::create(campaign_spec spec, audience_id audience) {
  std::optional<result<campaign_id>> answer;
  const auto ask = [&](caf::event_based_actor* self, const create_campaign& wanted) {
    self->request(supervisor, caf::infinite, wanted)
        .then([&](campaign_id id) { answer = id; },
              [&](const caf::error& why) { answer = std::unexpected(from_caf(why)); });
  };
  system_->spawn(ask, create_campaign{std::move(spec), audience, "test", ""});
  run();
  return answer.value().value();
}

campaign_id actor_fixture::start(campaign_spec spec, letter_index letters) {
  const auto id = create(std::move(spec), make_audience(letters));
  tell(id, command_kind::start).value();
  return id;
}

result<command_answer> actor_fixture::tell(campaign_id id, command_kind kind, std::string key) {
  return tell(id, command{kind, "olga", "words", std::move(key), {}});
}

result<command_answer> actor_fixture::tell(campaign_id id, command what) {
  std::optional<result<command_answer>> answer;
  const auto ask = [&](caf::event_based_actor* self, const command& asked) {
    self->request(supervisor, caf::infinite, id, asked)
        .then([&](const command_answer& done) { answer = done; },
              [&](const caf::error& why) { answer = std::unexpected(from_caf(why)); });
  };
  system_->spawn(ask, std::move(what));
  while (!answer && step()) {
  }
  if (!answer)
    throw std::runtime_error("the command was not answered");
  return *answer;
}

std::vector<result<command_answer>> actor_fixture::tell_together(campaign_id id,
                                                                 const std::vector<command>& all) {
  std::vector<std::optional<result<command_answer>>> answers(all.size());
  const auto ask = [&](caf::event_based_actor* self, const command& what, std::size_t number) {
    self->request(supervisor, caf::infinite, id, what)
        .then(
            [&answers, number](const command_answer& done) { answers[number] = done; },
            [&answers, number](const caf::error& why) { answers[number] = std::unexpected(from_caf(why)); });
  };
  for (std::size_t number = 0; number < all.size(); ++number)
    system_->spawn(ask, all[number], number);
  run();
  std::vector<result<command_answer>> given;
  for (auto& answer : answers)
    given.push_back(answer.value());
  return given;
}

campaign_view actor_fixture::show(campaign_id id) const {
  return parts->campaigns.find(id, now()).value();
}

campaign_view actor_fixture::show_whole(campaign_id id) const {
  auto view = show(id);
  view.spec = content_of(*parts->store, id).value();
  return view;
}

void actor_fixture::run() {
  while (step()) {
  }
}

bool actor_fixture::step() {
  return run_a_job() || parts->pool->run_one() || relay->turn() || (disk_turn && disk_turn());
}

void actor_fixture::kill_campaign() {
  caf::anon_send_exit(last_campaign_, caf::exit_reason::kill);
}

bool actor_fixture::run_a_job() {
  auto& jobs = scheduler_->jobs;
  const auto may_run = [&](caf::resumable* job) {
    const auto* who = dynamic_cast<caf::scheduled_actor*>(job);
    return who == nullptr || who->name() != starved;
  };
  const auto next = std::ranges::find_if(jobs, may_run);
  if (next == jobs.end())
    return false;
  if (const auto* who = dynamic_cast<caf::scheduled_actor*>(*next);
      who != nullptr && std::string_view{who->name()} == "campaign")
    last_campaign_ = who->address();
  std::rotate(jobs.begin(), next, std::next(next));
  scheduler_->run_once();
  return true;
}

void actor_fixture::pass(milliseconds duration) {
  constexpr milliseconds step{50};
  run();
  for (auto left = duration; left > milliseconds{0}; left -= step) {
    const auto now_passing = std::min(step, left);
    passed_ += now_passing;
    scheduler_->advance_time(now_passing);
    run();
  }
}

std::vector<event> actor_fixture::log(campaign_id id) const {
  std::vector<event> events;
  parts->store->journal()
      .read(id, 1,
            [&](const stored_event& stored) {
              events.push_back(stored.event);
              return true;
            })
      .value();
  return events;
}

} // namespace sluice::testing
