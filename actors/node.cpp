#include "actors/node.hpp"

#include "actors/actors.hpp"
#include "persistence/stores/open_store.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <atomic>
#include <mutex>

namespace sluice {

namespace {

/// How long stop() waits for campaigns once the relay has ended.
constexpr auto stop_wait_max = std::chrono::seconds(20);

/// How long begin() waits to be told why the supervisor ended, which it has.
constexpr auto down_wait_max = std::chrono::seconds(1);

/// The configuration of a system of the node's own. Work is shared through one queue with a condition
/// variable: CAF's default (stealing) has idle workers poll, which costs CPU when nothing happens and up to
/// 10 ms when something does.
struct own_configuration : caf::actor_system_config {
  own_configuration() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", std::size_t{2});
    register_messages(*this);
  }
};

using front_job = std::shared_ptr<const std::function<void(caf::event_based_actor*)>>;

/// CAF answers actors only; this one asks for all who are none. It keeps what jobs refer to while it lives.
caf::behavior front(caf::event_based_actor* self, const engine_ptr& services) {
  return {[self, services](front_job& job) { (*job)(self); }, [self](halt_atom) { self->quit(); }};
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
    supervisor_ = nullptr;
  }

  result<void> begin() {
    supervisor_ = spawn_supervisor(*system_, services_);
    front_ = system_->spawn(front, services_);
    caf::scoped_actor self{*system_};
    std::optional<error> failed;
    self->request(supervisor_, caf::infinite, list_atom::value)
        .receive([](const std::vector<campaign_id>&) {},
                 [&](const caf::error& why) { failed = from_caf(why); });
    if (!failed)
      return {};
    // The request only says that nobody is there; the end of the supervisor says why.
    self->monitor(supervisor_);
    self->receive([&](const caf::down_msg& end) { failed = from_caf(end.reason); },
                  caf::after(down_wait_max) >> [] {});
    return failure(error_code::storage_failed, "the campaigns cannot be brought back: " + failed->message);
  }

  void create(create_campaign what, std::function<void(result<campaign_view>)> done) override {
    run([this, what = std::move(what), done = std::move(done)](caf::event_based_actor* self) mutable {
      self->request(supervisor_, caf::infinite, what)
          .then(
              [this, done](campaign_id id) {
                auto view = services_->campaigns.find(id, services_->now());
                if (view)
                  done(std::move(*view));
                else
                  done(failure(error_code::not_found,
                               notice{"campaign_discarded", {{"campaign", to_string(id)}}}));
              },
              [done](const caf::error& why) { done(std::unexpected(from_caf(why))); });
    });
  }

  void
  command(campaign_id id, sluice::command what, std::function<void(result<command_answer>)> done) override {
    run([this, id, what = std::move(what), done = std::move(done)](caf::event_based_actor* self) mutable {
      self->request(supervisor_, caf::infinite, id, what)
          .then([done](const command_answer& answer) { done(answer); },
                [done](const caf::error& why) { done(std::unexpected(from_caf(why))); });
    });
  }

  directory& campaigns() override { return services_->campaigns; }
  sluice::store& store() override { return *services_->store; }
  sluice::relay& relay() override { return *services_->relay; }
  timestamp now() const override { return services_->now(); }
  const node_settings& settings() const override { return services_->settings; }
  caf::actor_system& system() override { return *system_; }
  caf::actor handle() const override { return caf::actor_cast<caf::actor>(supervisor_); }
  bool is_ready() const override { return !is_stopping_; }

  void stop() override {
    const std::lock_guard lock(stopping_);
    if (is_stopping_.exchange(true))
      return;
    if (supervisor_)
      caf::anon_send(supervisor_, halt_atom::value);
    services_->relay->stop();
    if (supervisor_) {
      caf::scoped_actor self{*system_};
      self->monitor(supervisor_);
      auto is_over = false;
      self->receive([&](const caf::down_msg&) { is_over = true; }, caf::after(stop_wait_max) >> [] {});
      if (!is_over)
        caf::anon_send_exit(supervisor_, caf::exit_reason::kill);
    }
    if (front_)
      caf::anon_send(front_, halt_atom::value);
  }

private:
  template <class Job>
  void run(Job job) {
    auto shared = std::make_shared<const std::function<void(caf::event_based_actor*)>>(
        [job = std::make_shared<Job>(std::move(job))](caf::event_based_actor* self) { (*job)(self); });
    caf::anon_send(front_, std::move(shared));
  }

  engine_ptr services_;
  std::unique_ptr<own_configuration> own_configuration_;
  std::unique_ptr<caf::actor_system> own_system_;
  caf::actor_system* system_ = nullptr;
  supervisor_actor supervisor_;
  caf::actor front_;
  std::atomic<bool> is_stopping_ = false;
  std::mutex stopping_;
};

} // namespace

} // namespace sluice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::shared_ptr<const std::function<void(caf::event_based_actor*)>>)

namespace sluice {

result<std::unique_ptr<node>>
node::open(node_settings settings, const relay_factory& relays, caf::actor_system* system, clock_source now) {
  auto services = std::make_shared<engine>();
  auto store = open_store(settings.data_folder, open_mode::read_write);
  if (!store)
    return std::unexpected(store.error());
  auto made = relays(settings.relay);
  if (!made)
    return std::unexpected(made.error());
  services->store = std::move(*store);
  services->relay = std::move(*made);
  services->now = std::move(now);
  services->letters.set_bytes_max(settings.letters_bytes_max);
  services->settings = std::move(settings);
  auto opened = std::make_unique<actor_node>(std::move(services), system);
  if (auto begun = opened->begin(); !begun)
    return std::unexpected(begun.error());
  return opened;
}

} // namespace sluice
