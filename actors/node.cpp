#include "actors/node.hpp"

#include "actors/actors.hpp"
#include "actors/audit/recovery.hpp"
#include "actors/core/due.hpp"
#include "actors/housekeeper.hpp"
#include "actors/ownership.hpp"
#include "actors/relay_group.hpp"
#include "messages/notice_words.hpp"
#include "persistence/cluster_table.hpp"
#include "persistence/stores/open_store.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace sluice {

namespace {

/// How long stop() waits for campaigns once the relay has ended.
constexpr auto stop_wait_max = std::chrono::seconds(20);

/// How long begin() waits to be told why the supervisor ended, which it has.
constexpr auto down_wait_max = std::chrono::seconds(1);

/// Handlers return at once, and wake another thread for each message: on two cores a second one of these costs more
/// than it gives.
std::size_t scheduler_threads() {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency() / 2, 1, 4);
}

/// The configuration of a system of the node's own. Work is shared through one queue with a condition
/// variable: CAF's default (stealing) has idle workers poll, which costs CPU when nothing happens and up to
/// 10 ms when something does.
struct own_configuration : caf::actor_system_config {
  own_configuration() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", scheduler_threads());
    register_messages(*this);
  }
};

/// A user's callback, called once whatever happens: where nobody is left to answer, with `unavailable`. What it throws
/// is the user's and ends nothing of ours.
template <class T>
class answer_once {
public:
  explicit answer_once(std::function<void(result<T>)> done) : done_(std::move(done)) {}
  ~answer_once() { answer(failure(error_code::unavailable, "the engine has stopped")); }
  answer_once(const answer_once&) = delete;
  answer_once& operator=(const answer_once&) = delete;

  void answer(result<T> made) {
    const auto done = std::exchange(done_, nullptr);
    if (!done)
      return;
    try {
      done(std::move(made));
    } catch (const std::exception& thrown) {
      spdlog::error("a callback given to the engine threw: {}", thrown.what());
    } catch (...) {
      spdlog::error("a callback given to the engine threw something that is no exception");
    }
  }

private:
  std::function<void(result<T>)> done_;
};

using front_job = std::shared_ptr<std::move_only_function<void(caf::event_based_actor*)>>;

/// CAF answers actors only; this one asks for all who are none. On a thread of its own: what is called back may block,
/// and must not do that on the scheduler's threads.
/// What callbacks use is there for as long as they may be called.
caf::behavior front(caf::event_based_actor* self, const engine_ptr& services) {
  return {[self, services](const front_job& job) { std::exchange(*job, nullptr)(self); },
          [self](halt_atom) { self->quit(); }};
}

class actor_node final : public node {
public:
  actor_node(engine_ptr services, caf::actor_system* given) : services_(std::move(services)) {
    if (!given) {
      own_configuration_ = std::make_unique<own_configuration>();
      own_system_ = std::make_unique<caf::actor_system>(*own_configuration_);
    }
    system_ = given ? given : own_system_.get();
  }

  ~actor_node() override {
    stop();
    front_ = nullptr;
    housekeeper_ = nullptr;
    supervisor_ = nullptr;
  }

  result<void> begin() {
    findings_keepers keepers;
    for (const auto& [name, one] : services_->relay->members())
      keepers.emplace_back(*one, services_->store->notes(), name).recall();
    supervisor_ = spawn_supervisor(*system_, services_);
    housekeeper_ = spawn_housekeeper(*system_, services_, supervisor_, std::move(keepers));
    front_ = system_->spawn<caf::detached>(front, services_);
    caf::scoped_actor self{*system_};
    std::optional<error> failed;
    self->request(supervisor_, caf::infinite, list_atom::value)
        .receive([](const std::vector<campaign_id>&) {},
                 [&](const caf::error& why) { failed = from_caf(why); });
    if (!failed) {
      if (services_->store->cluster() != nullptr) {
        owners_ = spawn_ownership(*system_, services_, supervisor_);
        caf::anon_send(supervisor_, own_atom::value, owners_);
      }
      enforce_retention(*services_);
      return {};
    }
    // The request only says that nobody is there; the end of the supervisor says why.
    self->monitor(supervisor_);
    self->receive([&](const caf::down_msg& end) { failed = from_caf(end.reason); },
                  caf::after(down_wait_max) >> [] {});
    return failure(error_code::storage_failed, "the campaigns cannot be brought back: " + failed->message);
  }

  void create(create_campaign what, std::function<void(result<campaign_view>)> done) override {
    auto asker = std::make_shared<answer_once<campaign_view>>(std::move(done));
    run([services = services_, to = supervisor_, what = std::move(what),
         asker = std::move(asker)](caf::event_based_actor* self) mutable {
      self->request(to, caf::infinite, std::move(what))
          .then(
              [services, asker](campaign_id id) {
                auto view = services->campaigns.find(id, services->now());
                if (view)
                  asker->answer(std::move(*view));
                else
                  asker->answer(std::unexpected(gone_meanwhile(services->store->removed_campaigns(), id)));
              },
              [asker](const caf::error& why) { asker->answer(std::unexpected(from_caf(why))); });
    });
  }

  void
  command(campaign_id id, sluice::command what, std::function<void(result<command_answer>)> done) override {
    auto asker = std::make_shared<answer_once<command_answer>>(std::move(done));
    run([to = supervisor_, id, what = std::move(what),
         asker = std::move(asker)](caf::event_based_actor* self) mutable {
      self->request(to, caf::infinite, id, std::move(what))
          .then([asker](const command_answer& answer) { asker->answer(answer); },
                [asker](const caf::error& why) { asker->answer(std::unexpected(from_caf(why))); });
    });
  }

  directory& campaigns() override { return services_->campaigns; }
  std::optional<campaign_view> look_up(campaign_id id) override {
    auto known = services_->campaigns.find(id, now());
    if (known || services_->store->cluster() == nullptr)
      return known;
    const auto state = recover(*services_->store, id);
    if (!state || state->is_discarded)
      return std::nullopt;
    return refreshed(brief_view_of(*state, now(), services_->settings.suspicion.trial_letters), now());
  }
  sluice::store& store() override { return *services_->store; }
  sluice::relay& relay() override { return *services_->relay; }
  std::optional<relay_pace> found_pace() override { return services_->relay->found_pace(); }
  std::vector<relay_view> relays() override {
    auto all = services_->relay->states();
    if (all.size() > 1)
      return all;
    // Of a single one its campaigns tell.
    auto& one = all.front();
    for (const auto& view : services_->campaigns.all())
      if (view->relay_trouble && (!one.trouble || view->relay_trouble->since < one.trouble->since))
        one.trouble = view->relay_trouble;
    return all;
  }
  std::vector<relay_view> relays_failing(const campaign_spec& campaign) override {
    return services_->relay->failing_on(route_of(campaign));
  }
  std::optional<relay_tries> tries() override { return services_->relay->tries(now()); }
  timestamp now() const override { return services_->now(); }
  const node_settings& settings() const override { return services_->settings; }
  caf::actor_system& system() override { return *system_; }
  caf::actor handle() const override { return caf::actor_cast<caf::actor>(supervisor_); }
  letter_memory letters_ready() const override {
    const auto& letters = services_->letters;
    return {letters.bytes(), letters.bytes_max(), letters.shared_bytes(), letters.campaigns_waiting()};
  }
  std::vector<node_view> nodes() const override { return services_->nodes.all(); }
  bool is_ready() const override { return !is_stopping_ && services_->store->condition().takes_writes; }

  void stop() override {
    const std::lock_guard lock(stopping_);
    if (is_stopping_.exchange(true))
      return;
    if (owners_) { // what it owns goes on elsewhere
      caf::scoped_actor self{*system_};
      self->request(owners_, stop_wait_max, halt_atom::value)
          .receive([](caf::unit_t) {}, [](const caf::error&) {});
      owners_ = nullptr;
    }
    if (supervisor_)
      caf::anon_send(supervisor_, halt_atom::value);
    services_->relay->stop();
    if (housekeeper_) {
      caf::anon_send(housekeeper_, halt_atom::value);
      await_end(housekeeper_);
    }
    if (supervisor_)
      await_end(supervisor_);
    services_->pool->stop();
    services_->beats->stop();
    if (front_)
      caf::anon_send(front_, halt_atom::value);
  }

private:
  template <class Actor>
  void await_end(const Actor& of) {
    caf::scoped_actor self{*system_};
    self->monitor(of);
    auto is_over = false;
    self->receive([&](const caf::down_msg&) { is_over = true; }, caf::after(stop_wait_max) >> [] {});
    if (!is_over)
      caf::anon_send_exit(of, caf::exit_reason::kill);
  }

  template <class Job>
  void run(Job job) {
    caf::anon_send(front_,
                   std::make_shared<std::move_only_function<void(caf::event_based_actor*)>>(std::move(job)));
  }

  engine_ptr services_;
  std::unique_ptr<own_configuration> own_configuration_;
  std::unique_ptr<caf::actor_system> own_system_;
  caf::actor_system* system_ = nullptr;
  supervisor_actor supervisor_;
  ownership_actor owners_; ///< none: nobody shares the store
  caf::actor housekeeper_;
  caf::actor front_;
  std::atomic<bool> is_stopping_ = false;
  std::mutex stopping_;
};

} // namespace

} // namespace sluice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<std::move_only_function<void(caf::event_based_actor*)>>)

namespace sluice {

namespace {

/// The one relay; or several as one.
result<std::unique_ptr<relay>>
make_relays(const node_settings& settings, const relay_factory& factory, const clock_source& now) {
  if (settings.relays.empty())
    return factory(settings.relay);
  std::vector<relay_member> members;
  const auto add = [&](const relay_settings& one) -> result<void> {
    auto made = factory(one);
    if (!made)
      return std::unexpected(made.error());
    members.push_back({one.name, one.share, std::move(*made)});
    return {};
  };
  if (!settings.relay.url.empty())
    if (auto added = add(settings.relay); !added)
      return std::unexpected(added.error());
  for (const auto& one : settings.relays)
    if (auto added = add(one); !added)
      return std::unexpected(added.error());
  return make_relay_group(std::move(members), now);
}

relay_servers servers_in(const node_settings& settings) {
  relay_servers servers;
  if (!settings.relay.url.empty() || settings.relays.empty())
    servers.emplace(std::string{}, server_of(settings.relay.url));
  for (const auto& one : settings.relays)
    servers.emplace(one.name, server_of(one.url));
  return servers;
}

/// Whether a release that knows of two people made the store; told by a note that its first start leaves there.
bool is_store_new(store& from) {
  constexpr std::string_view name = "store/two_people";
  constexpr std::string_view made_new = "new";
  if (const auto kept = from.notes().load(name); !kept || *kept)
    return kept && **kept == made_new;
  const auto campaigns = from.journal().campaigns();
  const auto audiences = from.audiences().list();
  const auto is_empty = campaigns && campaigns->empty() && audiences && audiences->empty();
  static_cast<void>(from.notes().save(name, is_empty ? made_new : "before"));
  return is_empty;
}

} // namespace

namespace {

/// An engine also starts where the disk takes nothing: it waits for it then.
void tell_of_start(engine& services) {
  for (const auto& fault : services.store->table_faults())
    spdlog::error("the store was changed behind the engine's back: {}", words_of(fault.what));
  auto started = services.settings.start;
  if (started.relays.empty())
    for (const auto& name : services.relays)
      started.relays.push_back({name, {}});
  const auto recorded = services.store->house().record({{services.now(), {}, std::move(started)}});
  if (!recorded)
    spdlog::error("the house's log has not taken this start: {}", recorded.error().message);
}

} // namespace

result<std::unique_ptr<node>>
node::open(node_settings settings, const relay_factory& relays, caf::actor_system* system, clock_source now) {
  auto services = std::make_shared<engine>();
  auto shared = settings.shared;
  shared.folder = settings.data_folder;
  auto store = open_store(settings.store.empty() ? settings.data_folder.string() : settings.store,
                          open_mode::read_write, shared);
  if (!store)
    return std::unexpected(store.error());
  auto made = make_relays(settings, relays, now);
  if (!made)
    return std::unexpected(made.error());
  services->store = std::move(*store);
  services->relay = std::move(*made);
  services->relays = services->relay->names();
  services->servers = servers_in(settings);
  services->is_store_new = is_store_new(*services->store);
  services->now = std::move(now);
  services->pool = std::make_unique<store_pool>(settings.store_threads);
  if (services->store->cluster() != nullptr) {
    services->beats = std::make_unique<store_pool>(1);
    services->lease->limit(system_boot_time);
    services->relay->limit_to(services->lease);
    services->claims.set_open(false);
  }
  services->letters.set_bytes_max(settings.letters_bytes_max);
  services->claims.set_letters_max(services->relay->letters_in_flight_max());
  services->settings = std::move(settings);
  tell_of_start(*services);
  auto opened = std::make_unique<actor_node>(std::move(services), system);
  if (auto begun = opened->begin(); !begun)
    return std::unexpected(begun.error());
  return opened;
}

} // namespace sluice
