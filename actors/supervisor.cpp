// The supervisor: knows every campaign, and keeps an actor for each that has something to do. Campaigns that
// wait for people (drafts, held, in moderation) or are over have none; a command brings theirs back.
//
// It reads nothing itself: states are recovered on the store's threads, once, and handed to the campaigns' actors.
// Commands for a campaign that is being recovered, or changed, wait here.

#include "actors/actors.hpp"
#include "actors/audit/recovery.hpp"
#include "actors/core/evolve.hpp"
#include "actors/draft_commands.hpp"
#include "messages/json.hpp"
#include "persistence/cluster_table.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <vector>

namespace sluice {

namespace {

constexpr milliseconds revive_delay_first = std::chrono::seconds(1);
constexpr milliseconds revive_delay_max = std::chrono::minutes(1);
/// Deaths within deaths_window after which a campaign is parked.
constexpr std::size_t deaths_max = 8;
constexpr milliseconds deaths_window = std::chrono::minutes(10);
/// Commands held back while a campaign's actor is being changed.
constexpr std::size_t held_back_max = 1'000;
/// Campaigns that are recovered at a time when the engine starts: so many states are in memory for a moment.
constexpr std::size_t coming_back_max = 32;
/// From so many on it is told how far that is.
constexpr std::size_t progress_told_from = 1'000;

struct held_back_command {
  command asked;
  start_check checked;
  caf::typed_response_promise<command_answer> promise;
  bool is_prepared = false; ///< the next that must be prepared waits until it is answered
};

/// What a draft becomes, or is decided from, is looked at before: see draft_commands.hpp.
bool needs_preparation(command_kind kind) {
  return kind == command_kind::edit || kind == command_kind::start || kind == command_kind::discard;
}

error shutting_down() {
  return make_error(error_code::unavailable, notice{"shutting_down"});
}

/// What the supervisor knows of one campaign. Small: there may be a hundred thousand, and an empty deque has 600 bytes.
struct child {
  campaign_actor actor;       ///< none: nothing to do, dead, or parked
  bool is_recovering = false; ///< its state is being read; commands wait
  bool is_retiring = false;   ///< asked to end; commands wait
  bool is_parked = false;     ///< died too often; `fault` in its view says of what
  bool is_reviving = false;   ///< dead, and started again in a while; commands wait
  bool is_removing = false;   ///< it is taken out of the store; commands wait
  bool is_preparing = false;  ///< a command of `unprepared` is on its way; the others wait for its answer
  std::vector<timestamp> deaths;
  unsigned unreadable = 0; ///< how often, one after the other, the disk did not give its log
  std::vector<held_back_command> held_back;
  std::vector<held_back_command> unprepared;
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
    ask_store(
        job_kind::letters, [services = services] { return campaigns_in(*services->store); },
        [this](const result<known_campaigns>& known) { begun(known); });
  }

  struct known_campaigns {
    std::vector<campaign_id> all;
    std::vector<campaign_id> ours; ///< where nodes share the store, else all
  };

  static result<known_campaigns> campaigns_in(store& from) {
    auto all = from.journal().campaigns();
    if (!all)
      return std::unexpected(all.error());
    auto* const shared = from.cluster();
    if (shared == nullptr)
      return known_campaigns{*all, *all};
    const auto owned = shared->campaigns_of(shared->self().node);
    if (!owned)
      return std::unexpected(owned.error());
    known_campaigns known{std::move(*all), {}};
    for (const auto& one : *owned)
      known.ours.push_back(one.campaign);
    return known;
  }

  void begun(const result<known_campaigns>& known) {
    if (!known) {
      is_halting = true;
      refuse_early(known.error());
      return self->quit(to_caf(known.error()));
    }
    for (const auto id : known->ours)
      children[id].is_recovering = true;
    to_bring_back.assign(known->all.begin(), known->all.end());
    has_begun = true;
    for (auto& one : std::exchange(waiting_for_begin, {}))
      one();
    bring_back_some();
  }

  /// Who asked before all campaigns were back, and they do not come back.
  void refuse_early(const error& why) {
    for (auto& one : std::exchange(waiting_for_begin, {}))
      one();
    for (auto& one : std::exchange(waiting_for_all, {}))
      one.deliver(to_caf(why));
  }

  /// Does it now, or once it is known which campaigns there are.
  template <class Job>
  void once_begun(Job job) {
    if (has_begun || is_halting)
      job();
    else
      waiting_for_begin.emplace_back(std::move(job));
  }

  void bring_back_some() {
    for (; coming_back < coming_back_max && !to_bring_back.empty(); ++coming_back) {
      const auto id = to_bring_back.front();
      to_bring_back.pop_front();
      ask_store(
          job_kind::letters, [services = services, id] { return recover(*services->store, id); },
          [this, id](result<campaign_state> state) {
            --coming_back;
            ++brought_back;
            came_back(id, std::move(state));
            tell_progress();
            bring_back_some();
          });
    }
    if (to_bring_back.empty() && coming_back == 0)
      for (auto& one : std::exchange(waiting_for_all, {}))
        one.deliver(list());
  }

  void tell_progress() const {
    const auto all = children.size();
    if (all >= progress_told_from && brought_back * 10 / all != (brought_back - 1) * 10 / all)
      spdlog::info("{} of {} campaigns are back", brought_back, all);
  }

  /// A campaign that waits for people or is over leaves its view and nothing else.
  void came_back(campaign_id id, result<campaign_state> state) {
    if (is_halting)
      return;
    const auto known = children.find(id);
    if (known == children.end())
      return show_of_another(*services, state);
    auto& one = known->second;
    one.is_recovering = false;
    if (!state) {
      handle_crash(id, one, state.error());
      return refuse_held_back(id, one, state.error());
    }
    if (state->is_discarded) {
      for (auto& held : std::exchange(one.held_back, {}))
        answer_for_gone(id, std::move(held.asked), std::move(held.promise));
      return;
    }
    services->campaigns.put(std::make_shared<const campaign_view>(
        brief_view_of(*state, services->now(), services->settings.suspicion.trial_letters)));
    const auto is_moving = state->stage == stage::preparing || state->stage == stage::sending;
    if ((is_moving && !state->hold) || state->in_flight() > 0)
      spawn_child(id, one, std::move(*state));
    for (auto& held : std::exchange(one.held_back, {}))
      pass(id, std::move(held));
  }

  /// Another node owns it.
  static void show_of_another(engine& services, const result<campaign_state>& state) {
    if (state && !state->is_discarded)
      services.campaigns.put(std::make_shared<const campaign_view>(
          brief_view_of(*state, services.now(), services.settings.suspicion.trial_letters)));
  }

  // -- nodes that share the store -------------------------------------------------------------------

  // Whoever is in `children` is this node's. An entry too many costs a conflict at the first append, which the store refuses.

  void own(const std::vector<campaign_id>& campaigns) {
    for (const auto id : campaigns) {
      const auto [known, is_new] = children.try_emplace(id);
      if (!is_new || is_halting)
        continue;
      known->second.is_recovering = true;
      to_bring_back.push_back(id);
    }
    bring_back_some();
  }

  /// What this node owned is another's by now: nothing is written or sent by what is here any more.
  caf::result<std::vector<campaign_id>> drop() {
    return let_go([this](child& one) { self->send_exit(one.actor, caf::exit_reason::user_shutdown); });
  }

  caf::result<std::vector<campaign_id>> release() {
    return let_go([this](child& one) { self->send(one.actor, halt_atom::value); });
  }

  template <class End>
  caf::result<std::vector<campaign_id>> let_go(End end) {
    letting_go = self->make_response_promise<std::vector<campaign_id>>();
    let_go_of.clear();
    to_bring_back.clear();
    is_letting_go = true;
    for (auto& [id, one] : children) {
      let_go_of.push_back(id);
      refuse_held_back(id, one, shutting_down());
      for (auto& held : std::exchange(one.unprepared, {}))
        refuse(id, held, shutting_down());
      if (one.actor)
        end(one);
    }
    end_letting_go();
    return letting_go;
  }

  void end_letting_go() {
    if (!is_letting_go || !id_by_actor.empty())
      return;
    is_letting_go = false;
    children.clear();
    letting_go.deliver(std::exchange(let_go_of, {}));
  }

  /// Its owner is another by now: it ends here, and nothing brings it back but that it becomes ours again.
  void on_foreign(campaign_id id) {
    spdlog::warn("{} belongs to another node now", to_string(id));
    auto gone = children.extract(id);
    for (auto& held : gone.mapped().held_back)
      pass_to_owner(id, std::move(held.asked), std::move(held.promise));
    for (auto& held : gone.mapped().unprepared)
      pass_to_owner(id, std::move(held.asked), std::move(held.promise));
    // What it met may have been an append of ours whose end nobody had heard of.
    ask_store(
        job_kind::command, [services = services, id] { return services->store->cluster()->owner_of(id); },
        [this, id](const result<node_id>& owner) {
          if (owner && *owner == services->store->cluster()->self().node)
            self->delayed_send(self, revive_delay_first, own_atom::value, std::vector<campaign_id>{id});
        });
  }

  bool is_shared() const { return services->store->cluster() != nullptr; }

  void pass_to_owner(campaign_id id, command&& asked, caf::typed_response_promise<command_answer> promise) {
    if (!owners) {
      promise.deliver(to_caf(make_error(error_code::unavailable, notice{"owner_silent"})));
      return;
    }
    self->request(owners, caf::infinite, id, std::move(asked))
        .then([promise](const command_answer& answer) mutable { promise.deliver(answer); },
              [promise](caf::error& why) mutable { promise.deliver(std::move(why)); });
  }

  ownership_actor owners; ///< none: nobody shares the store
  bool is_letting_go = false;
  caf::typed_response_promise<std::vector<campaign_id>> letting_go;
  std::vector<campaign_id> let_go_of;

  // -- campaigns' actors ----------------------------------------------------------------------------

  void spawn_child(campaign_id id, child& one, campaign_state state) {
    one.unreadable = 0;
    one.actor = spawn_campaign(*self, services, std::make_shared<campaign_state>(std::move(state)));
    id_by_actor[one.actor.address()] = id;
  }

  /// Has its state read, then its actor spawned; commands wait meanwhile.
  void recover_child(campaign_id id, child& one) {
    if (one.is_recovering)
      return;
    one.is_recovering = true;
    ask_store(
        job_kind::command, [services = services, id] { return recover(*services->store, id); },
        [this, id](result<campaign_state> state) { recovered(id, std::move(state)); });
  }

  void recovered(campaign_id id, result<campaign_state> state) {
    const auto known = children.find(id);
    if (known == children.end())
      return; // it belongs to another node by now
    auto& one = known->second;
    one.is_recovering = false;
    if (is_halting)
      return;
    if (!state) {
      handle_crash(id, one, state.error());
      return refuse_held_back(id, one, state.error());
    }
    spawn_child(id, one, std::move(*state));
    hand_over_held_back(id, one);
  }

  void park(campaign_id id, child& one, const error& why) {
    spdlog::error("{} is parked, the others go on: {}", to_string(id), why.message);
    one.is_parked = true;
    show_fault(id, why);
    refuse_held_back(id, one, parked(id, notice_of(why)));
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

  void refuse_held_back(campaign_id id, child& one, const error& why) {
    for (auto& held : std::exchange(one.held_back, {}))
      refuse(id, held, why);
  }

  void refuse(campaign_id id, held_back_command& held, const error& why) {
    held.promise.deliver(to_caf(why));
    if (held.is_prepared)
      prepared_is_answered(id);
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
    if (is_letting_go)
      return end_letting_go();
    if (message.reason && is_shared() && from_caf(message.reason).notice.code == "campaign_taken_over")
      on_foreign(id);
    else if (message.reason && message.reason != caf::exit_reason::user_shutdown)
      on_death(id, one, from_caf(message.reason));
    else if (!one.held_back.empty() && !is_halting)
      hand_over_held_back(id, one);
    end_if_halted();
  }

  /// Why it died may be a log that cannot be read: its revival finds that out.
  void on_death(campaign_id id, child& one, const error& reason) {
    one.deaths.push_back(services->now());
    while (one.deaths.back() - one.deaths.front() > deaths_window)
      one.deaths.erase(one.deaths.begin());
    handle_crash(id, one, reason);
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
    const auto known = children.find(id);
    if (known == children.end())
      return; // likewise
    auto& one = known->second;
    one.is_reviving = false;
    prepare_next(id);
    if (one.actor || one.is_parked || is_halting)
      return;
    hand_over_held_back(id, one);
  }

  void hand_over_held_back(campaign_id id, child& one) {
    if (!one.actor)
      return recover_child(id, one);
    for (auto& held : std::exchange(one.held_back, {}))
      pass_on(id, one, std::move(held));
  }

  /// To the campaign's actor, now or when there is one.
  void pass(campaign_id id, held_back_command held) {
    auto& one = children[id];
    if (is_halting)
      return refuse(id, held, shutting_down());
    if (one.is_parked)
      return refuse(id, held, parked(id, fault_of(id)));
    if (one.actor && !one.is_retiring)
      return pass_on(id, one, std::move(held));
    one.held_back.push_back(std::move(held));
    if (!one.actor && !one.is_reviving && !one.is_removing)
      recover_child(id, one);
  }

  void pass_on(campaign_id id, child& one, held_back_command held) {
    const auto answered = [this, id, is_prepared = held.is_prepared] {
      if (is_prepared)
        prepared_is_answered(id);
    };
    self->request(one.actor, caf::infinite, std::move(held.asked), std::move(held.checked))
        .then(
            [promise = held.promise, answered](const command_answer& answer) mutable {
              promise.deliver(answer);
              answered();
            },
            [promise = held.promise, answered](caf::error& why) mutable {
              promise.deliver(std::move(why));
              answered();
            });
  }

  // -- commands on drafts, one at a time ------------------------------------------------------------

  /// Not while the dead actor's last append is on its way: what the log says then is not the last word.
  void prepare_next(campaign_id id) {
    auto& one = children[id];
    if (one.is_preparing || one.is_reviving || one.is_removing || one.unprepared.empty())
      return;
    one.is_preparing = true;
    auto held = std::move(one.unprepared.front());
    one.unprepared.erase(one.unprepared.begin());
    ask_store(
        job_kind::command,
        [services = services, id, asked = std::move(held.asked)]() mutable {
          return prepare_command(*services, id, std::move(asked));
        },
        [this, id, promise = held.promise](result<prepared_command> done) mutable {
          prepared(id, std::move(done), std::move(promise));
        });
  }

  void prepared(campaign_id id,
                result<prepared_command> done,
                caf::typed_response_promise<command_answer> promise) {
    if (done && !done->kept) {
      if (is_shared() && !children.contains(id)) // it was taken from us meanwhile
        return pass_to_owner(id, std::move(done->asked), std::move(promise));
      spawn_from_preparation(id, *done->state);
      return pass(id, {std::move(done->asked), std::move(done->checked), std::move(promise), true});
    }
    if (done)
      promise.deliver(*done->kept);
    else
      promise.deliver(to_caf(done.error()));
    prepared_is_answered(id);
  }

  /// Its state was read for the preparation: not a second time, unless it has changed since.
  void spawn_from_preparation(campaign_id id, campaign_state& state) {
    auto& one = children[id];
    const auto has_none = !one.actor && !one.is_recovering && !one.is_reviving && !one.is_parked;
    const auto view = services->campaigns.find(id, services->now());
    if (has_none && !is_halting && view && view->version == state.last_event)
      spawn_child(id, one, std::move(state));
  }

  void prepared_is_answered(campaign_id id) {
    if (const auto known = children.find(id); known != children.end()) {
      known->second.is_preparing = false;
      prepare_next(id);
    }
  }

  void retire(campaign_id id) {
    const auto known = children.find(id);
    if (known == children.end() || !known->second.actor || known->second.is_retiring)
      return;
    auto& one = known->second;
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

  // -- campaigns that are kept no longer ------------------------------------------------------------

  /// Nobody is at it: no actor, and nothing that would bring one.
  static bool is_at_rest(const child& one) {
    return !one.actor && !one.is_recovering && !one.is_parked && !one.is_reviving && !one.is_removing &&
           !one.is_preparing && one.held_back.empty() && one.unprepared.empty();
  }

  caf::result<bool> remove(campaign_id id) {
    const auto found = children.find(id);
    const auto view = services->campaigns.find(id, services->now());
    if (is_halting || found == children.end() || !is_at_rest(found->second) || !view ||
        !is_final(view->stage))
      return false;
    found->second.is_removing = true;
    auto promise = self->make_response_promise<bool>();
    ask_store(
        job_kind::look,
        [services = services, id]() -> result<campaign_id> {
          if (auto removed = remove_campaign(*services, id); !removed)
            return std::unexpected(removed.error());
          return id;
        },
        [this, id, promise](const result<campaign_id>& done) mutable {
          if (done)
            removed(id);
          else
            not_removed(id, done.error());
          promise.deliver(done.has_value());
        });
    return promise;
  }

  void removed(campaign_id id) {
    auto gone = std::move(children.extract(id).mapped());
    services->campaigns.remove(id);
    for (auto* waiting : {&gone.held_back, &gone.unprepared})
      for (auto& held : *waiting)
        answer_for_gone(id, std::move(held.asked), std::move(held.promise));
  }

  void not_removed(campaign_id id, const error& why) {
    spdlog::error("{}, which is kept no longer, cannot be removed: {}", to_string(id), why.message);
    auto& one = children[id];
    one.is_removing = false;
    if (is_halting)
      return;
    if (!one.held_back.empty())
      hand_over_held_back(id, one);
    prepare_next(id);
  }

  // -- what is asked --------------------------------------------------------------------------------

  caf::result<command_answer> ask(campaign_id id, command&& asked) {
    const auto promise = self->make_response_promise<command_answer>();
    once_begun([this, id, asked = std::move(asked), promise]() mutable {
      take(id, std::move(asked), std::move(promise));
    });
    return promise;
  }

  void take(campaign_id id, command&& asked, caf::typed_response_promise<command_answer> promise) {
    const auto refused = [&](const error& why) { promise.deliver(to_caf(why)); };
    if (is_halting)
      return refused(shutting_down());
    if (asked.idempotency_key.size() > idempotency_key_bytes_max)
      return refused(too_long_a_key());
    const auto found = children.find(id);
    if (found == children.end() && is_shared())
      return pass_to_owner(id, std::move(asked), std::move(promise));
    if (found == children.end() || (!found->second.is_recovering && !is_shown(id)))
      return answer_for_gone(id, std::move(asked), std::move(promise));
    auto& one = found->second;
    if (one.is_parked)
      return refused(parked(id, fault_of(id)));
    if (one.held_back.size() + one.unprepared.size() >= held_back_max)
      return refused(make_error(error_code::unavailable, notice{"too_many_commands"}));
    const auto is_on_draft = needs_preparation(asked.kind);
    held_back_command held{std::move(asked), {}, std::move(promise)};
    if (!is_on_draft)
      return pass(id, std::move(held));
    one.unprepared.push_back(std::move(held));
    prepare_next(id);
  }

  /// A discarded draft is gone, and so is a removed campaign, but not an answer that was kept under an idempotency key.
  void answer_for_gone(campaign_id id, command&& asked, caf::typed_response_promise<command_answer> promise) {
    ask_store(
        job_kind::command,
        [services = services, id, asked = std::move(asked)] { return answer_of_gone(*services, id, asked); },
        [promise = std::move(promise)](const result<command_answer>& kept) mutable {
          if (kept)
            promise.deliver(*kept);
          else
            promise.deliver(to_caf(kept.error()));
        });
  }

  static error too_long_a_key() {
    return make_error(error_code::invalid_input,
                      notice{"idempotency_key_too_long", {{"max", idempotency_key_bytes_max}}});
  }

  bool is_shown(campaign_id id) const { return services->campaigns.find(id, services->now()).has_value(); }

  notice fault_of(campaign_id id) const {
    const auto view = services->campaigns.find(id, services->now());
    return view ? notice_or_text(view->fault_notice, view->fault) : notice{};
  }

  caf::result<campaign_id> create(create_campaign&& wanted) {
    auto promise = self->make_response_promise<campaign_id>();
    once_begun([this, wanted = std::move(wanted), promise]() mutable {
      create(std::move(wanted), std::move(promise));
    });
    return promise;
  }

  void create(create_campaign wanted, caf::typed_response_promise<campaign_id> promise) {
    if (is_halting || wanted.idempotency_key.size() > idempotency_key_bytes_max) {
      promise.deliver(to_caf(is_halting ? shutting_down() : too_long_a_key()));
      return;
    }
    const auto key = wanted.idempotency_key.empty()
                         ? std::string{}
                         : stored_key(wanted.by_id, wanted.by, wanted.idempotency_key);
    if (const auto pending = creating.find(key); !key.empty() && pending != creating.end()) {
      drafts.at(pending->second).promises.push_back(std::move(promise));
      return;
    }
    const auto number = ++last_draft;
    drafts.emplace(number, draft{{std::move(promise)}, key, wanted.key_use(), wanted.by, nullptr});
    if (!key.empty())
      creating.emplace(key, number);
    ask_store(
        job_kind::command,
        [services = services, wanted = std::move(wanted)]() mutable {
          return prepare_draft(*services, std::move(wanted));
        },
        [this, number](result<prepared_draft> done) {
          if (done && !done->kept)
            append_created(number, std::move(*done));
          else
            answer_creation(number, done ? result<campaign_id>{*done->kept} : std::unexpected(done.error()));
        });
  }

  void append_created(std::uint64_t number, prepared_draft&& content) {
    auto& made = drafts.at(number);
    const auto id = content.id;
    append_request request;
    request.campaign = id;
    request.events.push_back(
        {services->now(), made.by, created{std::move(content.spec), std::move(content.audience)}});
    if (!made.key.empty())
      request.key = key_record{made.key, made.key_use, id, {status::draft, true, 1, 0}, services->now()};
    // Its view is made now, from what is written: once it is durable it must be shown, whether or not the
    // disk gives it back at that moment.
    auto state = initial_state(id);
    evolve(state, request.events.front());
    made.view = std::make_shared<const campaign_view>(
        brief_view_of(state, services->now(), services->settings.suspicion.trial_letters));
    appending.emplace(id, number);
    services->store->journal().append(
        std::move(request), [to = caf::actor_cast<supervisor_actor>(self), id](result<event_number> last) {
          caf::anon_send(to, id, append_outcome{std::move(last)});
        });
  }

  void created_durably(campaign_id id, const append_outcome& outcome) {
    const auto at = appending.extract(id);
    if (at.empty())
      return;
    if (!outcome.last && outcome.last.error().notice.code == "idempotency_key_taken")
      return answer_as_kept(at.mapped());
    if (!outcome.last)
      return answer_creation(at.mapped(), std::unexpected(outcome.last.error()));
    children[id];
    services->campaigns.put(drafts.at(at.mapped()).view);
    answer_creation(at.mapped(), id);
  }

  /// Another node was given the same key at the same moment, and was faster.
  void answer_as_kept(std::uint64_t number) {
    ask_store(
        job_kind::command,
        [services = services, key = drafts.at(number).key,
         use = drafts.at(number).key_use]() -> result<campaign_id> {
          const auto kept = services->store->journal().find_key(key);
          if (!kept)
            return std::unexpected(kept.error());
          if (!*kept || (*kept)->what != use)
            return failure(error_code::conflict, notice{"idempotency_key_reused"});
          return (*kept)->campaign;
        },
        [this, number](const result<campaign_id>& made) { answer_creation(number, made); });
  }

  void answer_creation(std::uint64_t number, const result<campaign_id>& made) {
    auto done = std::move(drafts.extract(number).mapped());
    creating.erase(done.key);
    for (auto& promise : done.promises)
      if (made)
        promise.deliver(*made);
      else
        promise.deliver(to_caf(made.error()));
  }

  /// With the message's bodies, which the store has.
  caf::result<std::string> show(campaign_id id) {
    auto promise = self->make_response_promise<std::string>();
    ask_store(
        job_kind::look,
        [services = services, id]() -> result<std::string> {
          auto view = services->campaigns.find(id, services->now());
          if (!view)
            return std::unexpected(no_such_campaign(services->store->removed_campaigns(), id));
          auto content = content_of(*services->store, id);
          if (content)
            view->spec = std::move(*content);
          else if (view->fault.empty()) // which else tells why there is none
            return std::unexpected(content.error());
          return to_json(*view).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        },
        [promise](const result<std::string>& shown) mutable {
          if (shown)
            promise.deliver(*shown);
          else
            promise.deliver(to_caf(shown.error()));
        });
    return promise;
  }

  /// Once all are back: whoever started the engine waits for this.
  caf::result<std::vector<campaign_id>> list_all() {
    if (has_begun && to_bring_back.empty() && coming_back == 0)
      return list();
    waiting_for_all.push_back(self->make_response_promise<std::vector<campaign_id>>());
    return waiting_for_all.back();
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
    refuse_early(shutting_down());
    for (auto& [id, one] : children) {
      for (auto& held : std::exchange(one.unprepared, {}))
        refuse(id, held, shutting_down());
      refuse_held_back(id, one, shutting_down());
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

  // -- what is asked of the store's threads ---------------------------------------------------------

  template <class Work, class Follow>
  void ask_store(job_kind kind, Work work, Follow follow) {
    store_requests.ask(*services->pool, kind, caf::actor_cast<supervisor_actor>(self), std::move(work),
                       std::move(follow));
  }

  pool_requests store_requests;
  bool has_begun = false; ///< it is known which campaigns there are
  std::vector<std::move_only_function<void()>> waiting_for_begin;
  std::deque<campaign_id> to_bring_back; ///< at the start, and not asked for yet
  std::size_t coming_back = 0;           ///< asked for
  std::size_t brought_back = 0;
  std::vector<caf::typed_response_promise<std::vector<campaign_id>>> waiting_for_all;

  struct draft {
    std::vector<caf::typed_response_promise<campaign_id>> promises; ///< several where the same key came again
    std::string key;
    std::string key_use;
    std::string by;
    view_ptr view;
  };
  std::map<std::uint64_t, draft> drafts; ///< being made: not yet durable
  std::uint64_t last_draft = 0;
  std::map<std::string, std::uint64_t> creating;  ///< their idempotency keys
  std::map<campaign_id, std::uint64_t> appending; ///< those that are on their way into the log
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
      [=](list_atom) { return self->state.list_all(); },
      [=](caf::subscribe_atom, const change_listener& who) { self->state.subscribe(who); },
      [=](campaign_id id, const append_outcome& outcome) { self->state.created_durably(id, outcome); },
      [=](idle_atom, campaign_id id) { self->state.retire(id); },
      [=](revive_atom, campaign_id id) { self->state.revive(id); },
      [=](appended_atom, campaign_id id) { self->state.start_again(id); },
      [=](const pool_answer& made) { self->state.store_requests.on_answer(made); },
      [=](own_atom, const std::vector<campaign_id>& campaigns) { self->state.own(campaigns); },
      [=](drop_atom) { return self->state.drop(); },
      [=](release_atom) { return self->state.release(); },
      [=](own_atom, const ownership_actor& owners) { self->state.owners = owners; },
      [=](remove_atom, campaign_id id) { return self->state.remove(id); },
      [=](halt_atom) { self->state.halt(); },
  };
}

} // namespace

supervisor_actor spawn_supervisor(caf::actor_system& system, engine_ptr services) {
  return system.spawn(supervisor, std::move(services));
}

} // namespace sluice
