// The supervisor: knows every campaign, and keeps an actor for each that has something to do. Campaigns that
// wait for people (drafts, held, in moderation) or are over have none; a command brings theirs back.

#include "actors/actors.hpp"
#include "actors/audit/recovery.hpp"
#include "actors/campaign_check.hpp"
#include "actors/core/due.hpp"
#include "actors/core/evolve.hpp"
#include "actors/start_checks.hpp"
#include "messages/json.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <deque>
#include <map>

namespace sluice {

namespace {

constexpr milliseconds revive_delay_first = std::chrono::seconds(1);
constexpr milliseconds revive_delay_max = std::chrono::minutes(1);
/// Deaths within deaths_window after which a campaign is parked.
constexpr std::size_t deaths_max = 8;
constexpr milliseconds deaths_window = std::chrono::minutes(10);
/// Commands held back while a campaign's actor is being changed.
constexpr std::size_t held_back_max = 1'000;

struct held_back_command {
  command asked;
  start_check checked;
  caf::typed_response_promise<command_answer> promise;
};

/// What the supervisor knows of one campaign.
struct child {
  campaign_actor actor;     ///< none: nothing to do, dead, or parked
  bool is_retiring = false; ///< asked to end; commands wait
  bool is_parked = false;   ///< died too often; `fault` in its view says of what
  bool is_reviving = false; ///< dead, and started again in a while; commands wait
  std::deque<timestamp> deaths;
  unsigned unreadable = 0; ///< how often, one after the other, the disk did not give its log
  std::deque<held_back_command> held_back;
};

struct supervisor_state {
  static inline const char* name = "supervisor";

  supervisor_actor::pointer self;
  engine_ptr services;
  std::map<campaign_id, child> children;
  std::map<caf::actor_addr, campaign_id> id_by_actor;
  std::map<caf::actor_addr, std::size_t> listeners;
  bool is_halting = false;

  explicit supervisor_state(supervisor_actor::pointer me) : self(me) {}

  // -- the beginning --------------------------------------------------------------------------------

  void begin(engine_ptr with) {
    services = std::move(with);
    const auto known = services->store->journal().campaigns();
    if (!known)
      throw std::runtime_error(known.error().message);
    for (const auto id : *known)
      bring_back(id);
  }

  void bring_back(campaign_id id) {
    auto& one = children[id];
    const auto state = recover(*services->store, id);
    if (!state) {
      handle_crash(id, one, state.error());
      return;
    }
    if (state->is_discarded)
      return;
    services->campaigns.put(std::make_shared<const campaign_view>(view_of(*state, services->now())));
    const auto is_moving = state->stage == stage::preparing || state->stage == stage::sending;
    if ((is_moving && !state->hold) || state->in_flight() > 0)
      spawn_child(id, one);
  }

  // -- campaigns' actors ----------------------------------------------------------------------------

  void spawn_child(campaign_id id, child& one) {
    one.actor = spawn_campaign(*self, services, id);
    id_by_actor[one.actor.address()] = id;
  }

  void park(campaign_id id, child& one, const error& why) {
    spdlog::error("{} is parked, the others go on: {}", to_string(id), why.message);
    one.is_parked = true;
    show_fault(id, why);
    refuse_held_back(one, parked(id, notice_of(why)));
  }

  void show_fault(campaign_id id, const error& why) {
    auto view = services->campaigns.find(id, services->now()).value_or(campaign_view{});
    view.id = id;
    view.fault = why.message;
    view.fault_notice = notice_of(why);
    if (view.spec.name.empty())
      view.spec.name = to_string(id) + " (cannot be read)";
    services->campaigns.put(std::make_shared<const campaign_view>(std::move(view)));
  }

  static error parked(campaign_id id, notice why) {
    return make_error(error_code::unavailable,
                      notice{"parked", {{"campaign", to_string(id)}}, {std::move(why)}});
  }

  static void refuse_held_back(child& one, const error& why) {
    for (auto& held : std::exchange(one.held_back, {}))
      held.promise.deliver(to_caf(why));
  }

  void on_down(const caf::down_msg& message) {
    if (const auto listener = listeners.find(message.source); listener != listeners.end()) {
      services->campaigns.unsubscribe(listener->second);
      listeners.erase(listener);
      return;
    }
    const auto named = id_by_actor.find(message.source);
    if (named == id_by_actor.end())
      return;
    const auto id = named->second;
    id_by_actor.erase(named);
    auto& one = children[id];
    one.actor = nullptr;
    one.is_retiring = false;
    if (message.reason && message.reason != caf::exit_reason::user_shutdown)
      on_death(id, one, from_caf(message.reason));
    else if (!one.held_back.empty() && !is_halting)
      hand_over_held_back(id, one);
    end_if_halted();
  }

  void on_death(campaign_id id, child& one, const error& reason) {
    // A log that cannot be read is why it died, whatever its last words were.
    const auto state = recover(*services->store, id);
    if (state) {
      one.deaths.push_back(services->now());
      one.unreadable = 0;
      while (one.deaths.back() - one.deaths.front() > deaths_window)
        one.deaths.pop_front();
    }
    handle_crash(id, one, state ? reason : state.error());
  }

  /// It is started again, unless that would not help. A disk that does not give the log now may do so later,
  /// however often that happens.
  void handle_crash(campaign_id id, child& one, const error& why) {
    const auto is_disk_away = why.code == error_code::storage_failed;
    if (one.deaths.size() >= deaths_max || why.code == error_code::corrupt) {
      park(id, one, why);
      return;
    }
    one.unreadable += is_disk_away ? 1 : 0;
    auto delay = revive_delay_first;
    for (auto time = one.deaths.size() + one.unreadable; time > 1 && delay < revive_delay_max; --time)
      delay *= 2;
    delay = std::min(delay, revive_delay_max);
    spdlog::warn("{} died ({}) and is started again in {}", to_string(id), why.message,
                 format_duration(delay));
    show_fault(id, why);
    one.is_reviving = true;
    self->delayed_send(self, delay, revive_atom::value, id);
  }

  /// What the dead one was appending may not be durable yet: its successor must find it in the log.
  void revive(campaign_id id) {
    services->store->journal().await_appends(
        [to = caf::actor_cast<supervisor_actor>(self), id] { caf::anon_send(to, appended_atom::value, id); });
  }

  void start_again(campaign_id id) {
    auto& one = children[id];
    one.is_reviving = false;
    if (one.actor || one.is_parked || is_halting)
      return;
    hand_over_held_back(id, one);
  }

  void hand_over_held_back(campaign_id id, child& one) {
    if (!one.actor)
      spawn_child(id, one);
    for (auto& held : std::exchange(one.held_back, {}))
      pass_on(id, one, std::move(held));
  }

  void pass_on(campaign_id id, child& one, held_back_command held) {
    std::optional<command> again;
    if (held.checked.version)
      again = held.asked;
    self->request(one.actor, caf::infinite, std::move(held.asked), held.checked)
        .then([promise = held.promise](const command_answer& answer) mutable { promise.deliver(answer); },
              [this, id, seen = held.checked.version, again = std::move(again),
               promise = held.promise](caf::error& why) mutable {
                if (again && from_caf(why).code == error_code::conflict && has_moved_on(id, *seen))
                  take(id, std::move(*again), promise);
                else
                  promise.deliver(std::move(why));
              });
  }

  /// Whether the draft became another after moderation's checks had looked at it: they must look again. That ends,
  /// since each time somebody's edit has come in.
  bool has_moved_on(campaign_id id, event_number seen) const {
    const auto view = services->campaigns.find(id, services->now());
    return view && view->version != seen;
  }

  void retire(campaign_id id) {
    auto& one = children[id];
    if (!one.actor || one.is_retiring)
      return;
    one.is_retiring = true;
    self->request(one.actor, caf::infinite, retire_atom::value)
        .then([this, id](bool ends) { retired(id, ends); }, [](const caf::error&) { /* on_down follows */ });
  }

  void retired(campaign_id id, bool ends) {
    if (ends)
      return; // its end comes through on_down
    auto& one = children[id];
    one.is_retiring = false;
    hand_over_held_back(id, one);
  }

  // -- what is asked --------------------------------------------------------------------------------

  caf::result<command_answer> ask(campaign_id id, command&& asked) {
    const auto promise = self->make_response_promise<command_answer>();
    take(id, std::move(asked), promise);
    return promise;
  }

  void take(campaign_id id, command&& asked, caf::typed_response_promise<command_answer> promise) {
    const auto refuse = [&](const error& why) { promise.deliver(to_caf(why)); };
    if (is_halting)
      return refuse(make_error(error_code::unavailable, notice{"shutting_down"}));
    const auto view = services->campaigns.find(id, services->now());
    const auto found = children.find(id);
    if (found == children.end() || !view) {
      if (const auto kept = answer_of_gone(id, asked))
        promise.deliver(*kept);
      else
        refuse(kept.error());
      return;
    }
    auto& one = found->second;
    if (one.is_parked)
      return refuse(parked(id, notice_or_text(view->fault_notice, view->fault)));
    auto checked = complete(asked, *view);
    if (!checked)
      return refuse(checked.error());
    if (one.held_back.size() >= held_back_max)
      return refuse(make_error(error_code::unavailable, notice{"too_many_commands"}));
    held_back_command held{std::move(asked), std::move(*checked), promise};
    if (one.is_retiring || one.is_reviving) {
      one.held_back.push_back(std::move(held));
      return;
    }
    if (!one.actor)
      spawn_child(id, one);
    pass_on(id, one, std::move(held));
  }

  /// A discarded draft is gone, but not the answer that its discarding had under an idempotency key.
  result<command_answer> answer_of_gone(campaign_id id, const command& asked) const {
    if (!asked.idempotency_key.empty()) {
      const auto kept = services->store->journal().find_key(stored_key(asked.by, asked.idempotency_key));
      if (!kept)
        return std::unexpected(kept.error());
      if (*kept && (*kept)->campaign == id && (*kept)->what == name_of(asked.kind))
        return (*kept)->answer;
    }
    return failure(error_code::not_found, notice{"campaign_unknown", {{"campaign", to_string(id)}}});
  }

  /// Checks and fills in what the campaign's own actor cannot know.
  result<start_check> complete(command& asked, const campaign_view& view) {
    if (asked.idempotency_key.size() > idempotency_key_bytes_max)
      return failure(error_code::invalid_input,
                     notice{"idempotency_key_too_long", {{"max", idempotency_key_bytes_max}}});
    if (asked.kind == command_kind::edit && asked.edited) {
      if (auto checked = check_campaign(asked.edited->spec, services->settings.moderation); !checked)
        return std::unexpected(checked.error());
      auto audience = reference(asked.edited->audience.id);
      if (!audience)
        return std::unexpected(audience.error());
      if (auto ends = check_plan_ends(asked.edited->spec, audience->size); !ends)
        return std::unexpected(ends.error());
      asked.edited->audience = std::move(*audience);
    }
    start_check checked;
    if (asked.kind == command_kind::start && view.stage == stage::draft)
      checked.version = view.version;
    if (checked.version && view.audience.id != audience_id{}) {
      auto reasons = reasons_at_start(*services->store, services->campaigns, services->settings.moderation,
                                      view.spec, view.audience.id);
      if (!reasons)
        return std::unexpected(reasons.error());
      checked.moderation_reasons = std::move(*reasons);
    }
    return checked;
  }

  /// As if the draft were started now; a draft without an audience is looked at when it gets one.
  result<void> check_plan_ends(const campaign_spec& spec, letter_index letters) const {
    const auto now = services->now();
    return letters == 0 ? result<void>{}
                        : check_end(spec.plan, std::max(spec.plan.start_at.value_or(now), now), letters);
  }

  result<audience_ref> reference(audience_id id) const {
    if (id == audience_id{})
      return audience_ref{};
    const auto info = services->store->audiences().info(id);
    if (!info)
      return std::unexpected(info.error());
    return audience_ref{info->id, info->name, info->size, info->hash};
  }

  caf::result<campaign_id> create(create_campaign&& wanted) {
    if (is_halting)
      return to_caf(make_error(error_code::unavailable, notice{"shutting_down"}));
    const auto key =
        wanted.idempotency_key.empty() ? std::string{} : stored_key(wanted.by, wanted.idempotency_key);
    if (!key.empty()) {
      if (wanted.idempotency_key.size() > idempotency_key_bytes_max)
        return to_caf(make_error(error_code::invalid_input,
                                 notice{"idempotency_key_too_long", {{"max", idempotency_key_bytes_max}}}));
      if (const auto pending = creating.find(key); pending != creating.end()) {
        auto& promises = drafts.at(pending->second).promises;
        promises.push_back(self->make_response_promise<campaign_id>());
        return promises.back();
      }
      const auto kept = services->store->journal().find_key(key);
      if (!kept)
        return to_caf(kept.error());
      if (*kept && (*kept)->what == "create")
        return (*kept)->campaign;
      if (*kept)
        return to_caf(make_error(error_code::conflict, notice{"idempotency_key_reused"}));
    }
    if (auto checked = check_campaign(wanted.spec, services->settings.moderation); !checked)
      return to_caf(checked.error());
    auto audience = reference(wanted.audience);
    if (!audience)
      return to_caf(audience.error());
    if (auto ends = check_plan_ends(wanted.spec, audience->size); !ends)
      return to_caf(ends.error());
    return append_created(std::move(wanted), std::move(*audience), key);
  }

  caf::result<campaign_id>
  append_created(create_campaign&& wanted, audience_ref audience, const std::string& key) {
    const auto next = services->store->next_campaign();
    if (!next)
      return to_caf(next.error());
    const auto id = *next;
    append_request request;
    request.campaign = id;
    request.events.push_back(
        {services->now(), wanted.by, created{std::move(wanted.spec), std::move(audience)}});
    if (!key.empty()) {
      request.key = key_record{key, "create", id, {status::draft, true, 1, 0}, services->now()};
      creating.emplace(key, id);
    }
    // Its view is made now, from what is written: once it is durable it must be shown, whether or not the
    // disk gives it back at that moment.
    auto state = initial_state(id);
    evolve(state, request.events.front());
    auto promise = self->make_response_promise<campaign_id>();
    drafts.emplace(
        id, draft{{promise}, key, std::make_shared<const campaign_view>(view_of(state, services->now()))});
    services->store->journal().append(
        std::move(request), [to = caf::actor_cast<supervisor_actor>(self), id](result<event_number> last) {
          caf::anon_send(to, id, append_outcome{std::move(last)});
        });
    return promise;
  }

  void created_durably(campaign_id id, const append_outcome& outcome) {
    auto at = drafts.find(id);
    if (at == drafts.end())
      return;
    auto done = std::move(at->second);
    drafts.erase(at);
    creating.erase(done.key);
    if (!outcome.last) {
      for (auto& promise : done.promises)
        promise.deliver(to_caf(outcome.last.error()));
      return;
    }
    children[id];
    services->campaigns.put(done.view);
    for (auto& promise : done.promises)
      promise.deliver(id);
  }

  caf::result<std::string> show(campaign_id id) const {
    const auto view = services->campaigns.find(id, services->now());
    if (!view)
      return to_caf(
          make_error(error_code::not_found, notice{"campaign_unknown", {{"campaign", to_string(id)}}}));
    return to_json(*view).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }

  std::vector<campaign_id> list() const {
    std::vector<campaign_id> ids;
    for (const auto& view : services->campaigns.all())
      ids.push_back(view->id);
    return ids;
  }

  void subscribe(const change_listener& who) {
    self->monitor(who);
    listeners[who.address()] =
        services->campaigns.subscribe([who, services = services.get()](campaign_id id, const view_ptr& view) {
          caf::anon_send(who, id,
                         view ? to_json(*view).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
                              : std::string{});
        });
  }

  // -- the end --------------------------------------------------------------------------------------

  void halt() {
    is_halting = true;
    for (auto& [id, one] : children) {
      refuse_held_back(one, make_error(error_code::unavailable, notice{"shutting_down"}));
      if (one.actor)
        self->send(one.actor, halt_atom::value);
    }
    end_if_halted();
  }

  void end_if_halted() {
    if (!is_halting || !id_by_actor.empty())
      return;
    for (const auto& [who, subscription] : listeners)
      services->campaigns.unsubscribe(subscription);
    self->quit();
  }

  struct draft {
    std::vector<caf::typed_response_promise<campaign_id>> promises; ///< several where the same key came again
    std::string key;
    view_ptr view;
  };
  std::map<campaign_id, draft> drafts;         ///< being made: not yet durable
  std::map<std::string, campaign_id> creating; ///< their idempotency keys
};

supervisor_actor::behavior_type supervisor(supervisor_actor::stateful_pointer<supervisor_state> self,
                                           engine_ptr services) {
  self->set_exception_handler(
      [](caf::scheduled_actor*, std::exception_ptr& thrown) { return to_caf(thrown); });
  self->set_down_handler([=](const caf::down_msg& message) { self->state.on_down(message); });
  self->state.begin(std::move(services));
  return {
      [=](create_campaign& wanted) { return self->state.create(std::move(wanted)); },
      [=](campaign_id id, command& asked) { return self->state.ask(id, std::move(asked)); },
      [=](show_atom, campaign_id id) { return self->state.show(id); },
      [=](list_atom) { return self->state.list(); },
      [=](caf::subscribe_atom, const change_listener& who) { self->state.subscribe(who); },
      [=](campaign_id id, const append_outcome& outcome) { self->state.created_durably(id, outcome); },
      [=](idle_atom, campaign_id id) { self->state.retire(id); },
      [=](revive_atom, campaign_id id) { self->state.revive(id); },
      [=](appended_atom, campaign_id id) { self->state.start_again(id); },
      [=](halt_atom) { self->state.halt(); },
  };
}

} // namespace

supervisor_actor spawn_supervisor(caf::actor_system& system, engine_ptr services) {
  return system.spawn(supervisor, std::move(services));
}

} // namespace sluice
