// The campaign's actor: the only writer of its log.
//
// All that comes in (commands, relay's reports, the builder's skips, the time) waits in queues; `proceed`
// turns what is there into events with the pure core, appends them in one go, and when they are durable
// `carry_out` answers and acts (letters are granted by the journal's thread just before that). One append is
// under way at a time, and its effects happen only after it, so the claim always comes first and nobody is told
// what may yet be lost. While it is under way, more comes in; so the busier the campaign is, the more letters
// share one event.

#include "actors/actors.hpp"
#include "actors/audit/recovery.hpp"
#include "actors/content_now.hpp"
#include "actors/core/approvals.hpp"
#include "actors/core/consequences.hpp"
#include "actors/core/evolve.hpp"
#include "actors/core/outcomes.hpp"
#include "actors/core/state_codec.hpp"
#include "actors/dispatch_line.hpp"
#include "actors/draft_commands.hpp"
#include "actors/view_publisher.hpp"
#include "actors/waiting_command.hpp"
#include "messages/check.hpp"
#include "messages/notice_words.hpp"

#include <caf/scheduled_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <deque>
#include <map>

namespace sluice {

namespace {

/// A wait is cut into pieces, so that a jump of the wall clock is noticed within one.
constexpr milliseconds timer_max = std::chrono::seconds(30);
constexpr milliseconds disk_retry_first = std::chrono::seconds(1);
constexpr milliseconds disk_retry_max = std::chrono::seconds(30);
constexpr event_number snapshot_every_events = 5'000;
/// What would leave is found out anew where that was longer ago when sending begins.
constexpr milliseconds content_known_for = std::chrono::minutes(1);
/// Commands waiting for one campaign; more are told to try again.
constexpr std::size_t commands_waiting_max = 1'000;

/// What to do when the append that is under way is durable.
struct effects {
  struct answer_to_queue {
    queue_number to = 0;
    letter_ranges granted;                  ///< these wanted letters are claimed
    letter_ranges denied;                   ///< these may not leave
    std::vector<wanted_letters> named = {}; ///< of those that were wanted, on relays with a name
  };
  std::vector<answer_to_queue> replies;
  std::optional<waiting_command> asked;
  command_answer answer;
  std::vector<result_group> results; ///< to be taken up again if the append fails
  std::vector<settled_group> skips;  ///< likewise
  letter_index in_flight = 0;        ///< by the log as it is without the append
};

struct campaign_actor_state {
  static inline const char* name = "campaign";

  campaign_actor::pointer self;
  engine_ptr services;
  supervisor_actor supervisor;
  campaign_state state;

  dispatch_line line;

  outbox letters; ///< between due and claimed

  // What waits.
  std::deque<waiting_command> commands;
  std::optional<waiting_command> with_key; ///< the first of them, while its idempotency key is looked for
  bool is_looking_for_key = false;
  std::vector<std::pair<queue_number, report_ptr>> reports;
  std::vector<result_group> results;
  std::vector<settled_group> skips;
  std::optional<notice> changed_rows; ///< the builder found them: nothing leaves of such a list
  std::optional<reply> sender_refused;
  std::vector<effects::answer_to_queue> without_room; ///< letters wanted, and too many are claimed

  // The append under way.
  bool is_appending = false;
  bool is_reloading = false; ///< it failed, and the state that the log gives is not back yet
  bool is_reload_asked = false;
  pool_requests store_requests;
  effects pending;
  std::vector<event> batch;
  std::shared_ptr<claim_room::share> claims;
  letter_index unsettled_claims = 0; ///< in flight, had the append that failed been taken

  bool is_disk_failing = false;
  milliseconds disk_retry_delay = disk_retry_first;
  /// While it does, only commands try the disk, since somebody waits for their answer. Not until a moment of the
  /// wall clock: that may jump.
  bool waits_for_disk = false;
  bool is_retry_set = false; ///< a timer for it
  std::string fault;

  std::optional<content_parts> content; ///< what would leave, as found out last
  timestamp content_at;
  bool is_content_asked = false;
  bool is_content_compared = false;            ///< with what was approved
  std::optional<waiting_command> with_content; ///< the first command, while that is found out

  bool knows_relays = false;         ///< that are gone
  std::optional<result<void>> route; ///< whether a relay serves it; nothing: not asked yet

  moment timer_at; ///< when the timer fires that was set last
  bool publish_is_due = false;
  view_publisher watchers;
  event_number snapshot_at = 0;
  bool has_reported_idle = false;
  bool is_halting = false;

  explicit campaign_actor_state(campaign_actor::pointer me) : self(me), line(me) {}

  campaign_actor me() { return caf::actor_cast<campaign_actor>(self); }
  timestamp now() const { return std::max(services->now(), state.changed_at); }

  // -- begin and end --------------------------------------------------------------------------------

  void begin(engine_ptr with, campaign_state&& recovered) {
    services = std::move(with);
    watchers = view_publisher(services->campaigns, services->settings.suspicion.trial_letters);
    state = std::move(recovered);
    snapshot_at = state.last_event;
    results = results_of_restart(state, services->relays);
    claims = std::make_shared<claim_room::share>(services->claims, [to = self->address()] {
      if (const auto there = caf::actor_cast<campaign_actor>(to))
        caf::anon_send(there, caf::tick_atom::value);
    });
    claims->set(state.in_flight());
    publish();
    proceed();
  }

  /// What was decided and not kept is in the state: it is read again, and until then nothing more is decided, as if
  /// the append were still under way.
  void reload() {
    is_appending = true;
    is_reloading = true;
    is_reload_asked = true;
    store_requests.ask(
        *services->pool, job_kind::command, me(),
        [services = services, id = state.id] { return recover(*services->store, id); },
        [this](result<campaign_state> recovered) { reloaded(std::move(recovered)); });
  }

  void reloaded(result<campaign_state> recovered) {
    is_reload_asked = false;
    if (recovered) {
      state = std::move(*recovered);
      letters.on_reloaded();
      keep_claim_room();
      knows_relays = false;
      is_content_compared = false;
      route.reset();
      is_appending = false;
      is_reloading = false;
      publish();
      return proceed();
    }
    if (recovered.error().code == error_code::corrupt)
      throw engine_fault({error_code::internal, recovered.error().message, recovered.error().notice});
    if (is_halting)
      return end();
    refuse_all(recovered.error());
    on_disk_failure(recovered.error().message);
  }

  /// Held, waiting for people or over: nothing will happen until somebody commands it.
  bool is_idle() const {
    const auto waits_for_people =
        state.is_final() || state.hold || state.stage == stage::draft || state.stage == stage::moderation;
    return waits_for_people && !is_appending && commands.empty() && reports.empty() && results.empty() &&
           skips.empty() && !is_looking_for_key && !is_content_asked && line.has_no_sender() &&
           !letters.is_building() && state.in_flight() == 0;
  }

  void rest_if_idle() {
    if (is_halting) {
      const auto has_outcomes = !reports.empty() || (!results.empty() && !is_disk_failing);
      if (!is_appending && line.has_no_sender() && !has_outcomes)
        end();
    } else if (is_idle() && !has_reported_idle) {
      has_reported_idle = true;
      self->send(supervisor, idle_atom::value, state.id);
    }
  }

  /// True: it ends. False: a command came between, and it stays.
  bool retire() {
    has_reported_idle = false;
    if (!is_idle())
      return false;
    end();
    return true;
  }

  void halt() {
    is_halting = true;
    withdraw();
    refuse_all(make_error(error_code::unavailable, notice{"shutting_down"}));
    if (is_reloading)
      return end(); // outcomes that come in now have no log to go to
    rest_if_idle();
  }

  void end() {
    if (publish_is_due && !is_reloading)
      publish(); // nobody would show it any more
    save_snapshot();
    line.dismiss();
    self->quit();
  }

  /// A large one takes its time; and only a cache is lost where the engine ends before it is written.
  void save_snapshot() {
    if (is_reloading || state.last_event == snapshot_at)
      return;
    snapshot_at = state.last_event;
    services->pool->run(
        job_kind::command,
        [services = services,
         kept = std::make_shared<const campaign_state>(state)]() -> result<event_number> {
          services->store->snapshots().save(kept->id, {kept->last_event, encode_state(*kept)});
          return kept->last_event;
        },
        [](const result<event_number>&) {});
  }

  // -- what comes in --------------------------------------------------------------------------------

  caf::result<command_answer> ask(command&& asked, start_check&& checked) {
    if (is_halting)
      return to_caf(make_error(error_code::unavailable, notice{"shutting_down"}));
    if (commands.size() >= commands_waiting_max)
      return to_caf(make_error(error_code::unavailable, notice{"too_many_commands"}));
    auto promise = self->make_response_promise<command_answer>();
    commands.emplace_back(std::move(asked), std::move(checked), promise);
    if (is_reloading && !is_reload_asked)
      reload(); // somebody waits for the answer: not only when the disk's delay is over
    proceed();
    return promise;
  }

  void take(queue_number from, report_ptr&& report) {
    reports.emplace_back(from, std::move(report));
    proceed();
  }

  void take(built&& done) {
    line.on_built();
    if (done.failure && done.failure->notice.code == "audience_changed") {
      // No fault of the disk's, and trying again would not help.
      spdlog::error("{}: {}", to_string(state.id), done.failure->message);
      letters.on_build_failed();
      changed_rows = done.failure->notice;
    } else if (done.failure) {
      spdlog::error("{}: letters cannot be made ready: {}", to_string(state.id), done.failure->message);
      letters.on_build_failed();
      on_disk_failure(done.failure->message);
    } else if (done.waits_for_memory) {
      letters.on_build_failed(); // they are made when its turn comes, which wakes this actor
    } else {
      letters.on_built(done.made);
      std::ranges::move(done.skipped, std::back_inserter(skips));
      if (done.letters && line.is_open())
        line.offer(std::move(done.letters));
    }
    proceed();
  }

  void withdraw() {
    line.withdraw();
    letters.withdraw();
  }

  // -- decide and append ----------------------------------------------------------------------------

  void proceed() {
    while (!is_appending) {
      effects next;
      next.in_flight = state.in_flight();
      const auto at = now();
      take_reports(next);
      if (!waits_for_disk)
        take_outcomes(next, at);
      check_route();
      const auto had_command = take_command(next, at);
      claim(next, at);
      if (!state.may_claim())
        withdraw();
      if (batch.empty() && !next.asked) {
        send_replies(next);
        if (!had_command && reports.empty())
          break;
      } else {
        append(std::move(next));
      }
    }
    if (!is_appending) {
      pump();
      rest_if_idle();
    }
  }

  void take_outcomes(effects& next, timestamp at) {
    for (auto& body : decide_results(state, results, services->settings.retry, services->settings.suspicion,
                                     at, services->relays))
      apply(std::move(body), "");
    next.results = std::exchange(results, {});
    for (auto& body : decide_skips(state, skips, services->settings.suspicion))
      apply(std::move(body), "");
    next.skips = std::exchange(skips, {});
    if (const auto what = std::exchange(changed_rows, std::nullopt))
      for (auto& body : decide_changed_rows(state, *what))
        apply(std::move(body), "");
    begin_on_time(at);
    if (const auto said = std::exchange(sender_refused, {}))
      for (auto& body : decide_sender_refused(state, *said))
        apply(std::move(body), "");
    apply_consequences(at);
  }

  /// Sending begins, and goes on after a restart, with nothing but what was approved.
  void begin_on_time(timestamp at) {
    if (needs_content(at) && !is_content_known(at))
      return find_content();
    const auto is_on_its_way = state.stage == stage::preparing || state.stage == stage::sending;
    if (content && is_on_its_way && !state.hold && !std::exchange(is_content_compared, true))
      for (auto& body : decide_content(state, *content))
        apply(std::move(body), "");
    for (auto& body : decide_on_time(state, at))
      apply(std::move(body), "");
  }

  bool needs_content(timestamp at) const {
    const auto start =
        state.released_at ? std::min(*state.released_at, state.t0.value_or(at)) : state.t0.value_or(at);
    return !state.hold && (state.stage == stage::sending || (state.stage == stage::preparing && at >= start));
  }

  bool is_content_known(timestamp at) const {
    return content && (state.stage == stage::sending || at - content_at <= content_known_for);
  }

  void set_content(content_parts found, timestamp at) {
    content = std::move(found);
    content_at = at;
    is_content_compared = false;
  }

  void find_content() {
    if (std::exchange(is_content_asked, true))
      return;
    store_requests.ask(
        *services->pool, job_kind::command, me(),
        [services = services, spec = std::make_shared<const campaign_spec>(state.spec),
         audience = state.audience] { return content_now(*services, *spec, audience); },
        [this](result<content_parts> found) { content_found(std::move(found)); });
  }

  void content_found(result<content_parts> found) {
    is_content_asked = false;
    if (found)
      set_content(std::move(*found), now());
    if (auto one = std::exchange(with_content, {})) { // else it was refused meanwhile
      if (found)
        commands.push_front(std::move(*one));
      else
        one->refuse(found.error());
    } else if (!found && !is_reloading) {
      on_disk_failure(found.error().message);
    }
    proceed();
  }

  /// What is approved, or begins to leave at once, must be known before it is decided.
  bool waits_for_content(const waiting_command& one, timestamp at) const {
    const auto kind = one.asked.kind;
    const auto decides =
        kind == command_kind::approve || kind == command_kind::resume || kind == command_kind::release;
    return decides && !is_content_known(at) && is_outgoing(state.stage);
  }

  void apply_consequences(timestamp at) {
    const auto& limits = services->settings;
    for (auto more = decide_consequences(state, limits.retry, limits.suspicion, at); !more.empty();
         more = decide_consequences(state, limits.retry, limits.suspicion, at))
      for (auto& body : more)
        apply(std::move(body), "");
  }

  /// Moves what the senders brought into the queues. What they want is decided last, in `claim`.
  void take_reports(effects& next) {
    next.replies = std::exchange(without_room, {});
    for (auto& [from, report] : reports) {
      on_condition(*report);
      if (report->sender_refused)
        sender_refused = std::move(report->sender_refused);
      for (auto& group : report->results)
        results.push_back(std::move(group));
      letters.on_handed_back(from, report->handed_back);
      for (const auto& some : report->throttled)
        letters.on_throttled(from, some, self->clock().now());
      if (report->withdraw_complete) {
        letters.on_withdraw_complete(from);
        line.on_withdraw_complete(from);
      }
      next.replies.push_back({from, {}, std::move(report->wanted), std::move(report->named)});
    }
    reports.clear();
  }

  void on_condition(const relay_report& report) {
    if (state.is_final())
      return;
    const auto has_replied = std::ranges::any_of(report.results, [](const result_group& group) {
      return group.outcome == letter_state::accepted || group.outcome == letter_state::refused ||
             group.outcome == letter_state::deferred;
    });
    if (report.has_condition && report.failing) {
      if (!state.relay_trouble || state.relay_trouble->notice != report.trouble)
        apply(relay_failed{words_of(report.trouble), report.trouble}, "");
    } else if (state.relay_trouble && (report.has_condition || has_replied)) {
      // A reply is proof enough: the queue that saw the trouble may be gone before it saw its end.
      apply(relay_recovered{}, "");
    }
  }

  bool has_route() const { return !route || route->has_value(); }

  /// What is configured may be other than when the campaign was started. Without a relay that serves it no letter is made
  /// ready.
  void check_route() {
    if (!std::exchange(knows_relays, true))
      for (auto& body : decide_without_relay(state, services->relays))
        apply(std::move(body), "");
    if (!state.may_claim() || route)
      return;
    route = services->relay->check_route(route_of(state.spec));
    if (!has_route())
      apply(relay_failed{route->error().message, notice_of(route->error())}, "");
    else if (state.relay_trouble && is_of_route(state.relay_trouble->notice))
      apply(relay_recovered{}, "");
  }

  static bool is_of_route(const notice& why) {
    return why.code == "relay_unknown" || why.code == "no_relay_serves";
  }

  /// What too many are claimed for waits until there is room, and is asked about again with everything else.
  void claim(effects& next, timestamp at) {
    letter_ranges wanted_now; // together, since a trial has room for a few
    for (const auto& one : next.replies)
      if (letters.is_open(one.to) && !is_halting)
        wanted_now.add(one.denied);
    auto all = claimable(state, wanted_now, at);
    for (auto& one : next.replies)
      if (letters.is_open(one.to) && !is_halting) {
        one.granted = std::exchange(one.denied, {});
        one.denied = one.granted;
        one.denied.remove(all);
        one.granted.remove(one.denied);
      }
    if (all.empty())
      return;
    const auto wanted = all.count();
    if (auto room = claims->take(wanted, state.in_flight()); room < wanted) {
      all.clear();
      for (auto& one : next.replies) {
        auto claimed_now = one.granted.take_front(room);
        room -= claimed_now.count();
        all.add(claimed_now);
        if (!one.granted.empty())
          without_room.push_back({one.to, {}, std::move(one.granted), one.named});
        one.granted = std::move(claimed_now);
      }
      if (all.empty())
        return;
    }
    letters.on_claimed(all);
    apply_claims(next, std::move(all));
  }

  /// One event for each relay.
  void apply_claims(const effects& next, letter_ranges all) {
    std::map<std::string, letter_ranges> named;
    for (const auto& reply : next.replies)
      for (const auto& [relay, wanted] : reply.named)
        if (auto here = common(all, wanted); !here.empty()) {
          all.remove(here);
          named[relay].add(here);
        }
    if (!all.empty())
      apply(claimed{std::move(all)}, "");
    for (auto& [relay, claimed_there] : named)
      apply(claimed{std::move(claimed_there), relay}, "");
  }

  /// Takes the first waiting command, if there is one. One an append, so that an answer belongs to its events.
  bool take_command(effects& next, timestamp at) {
    if (commands.empty() || is_looking_for_key || with_content)
      return false;
    auto one = std::move(commands.front());
    commands.pop_front();
    if (!one.asked.idempotency_key.empty() && !one.is_key_new) {
      look_for_key(std::move(one));
      return false;
    }
    if (waits_for_content(one, at)) {
      with_content.emplace(std::move(one));
      find_content();
      return false;
    }
    if (one.asked.kind == command_kind::start && one.checked.content)
      set_content(*one.checked.content, at);
    else
      one.checked.content = content;
    auto decided = decide(state, one.asked, one.checked, at, services->settings.suspicion.trial_letters,
                          services->relays);
    if (!decided) {
      one.refuse(decided.error());
      return true;
    }
    const auto is_changed = !decided->empty();
    for (auto& body : *decided)
      apply(std::move(body), one.asked.by);
    begin_on_time(at);
    apply_consequences(at);
    next.answer = {state.status(), is_changed, state.last_event, state.in_flight()};
    next.asked.emplace(std::move(one));
    return true;
  }

  /// Others wait behind it, so that commands keep their order.
  void look_for_key(waiting_command one) {
    is_looking_for_key = true;
    const auto& asked = with_key.emplace(std::move(one)).asked;
    store_requests.ask(
        *services->pool, job_kind::command, me(),
        [services = services, by_id = asked.by_id, by = asked.by, key = asked.idempotency_key] {
          return services->store->journal().find_key_of(by_id, by, key);
        },
        [this](result<std::optional<key_record>> kept) { key_looked_for(kept); });
  }

  void key_looked_for(const result<std::optional<key_record>>& kept) {
    is_looking_for_key = false;
    if (auto one = std::exchange(with_key, {})) { // else it was refused meanwhile
      if (!kept) {
        one->refuse(kept.error());
      } else if (!*kept) {
        one->is_key_new = true;
        commands.push_front(std::move(*one));
      } else if ((*kept)->campaign == state.id && (*kept)->what == name_of(one->asked.kind)) {
        one->answer((*kept)->answer);
      } else {
        one->refuse(make_error(error_code::conflict, notice{"idempotency_key_reused"}));
      }
    }
    proceed();
  }

  void apply(event_body body, const std::string& by) {
    event next{now(), by, std::move(body)};
    evolve(state, next);
    if (const auto* outcomes = std::get_if<settled>(&next.body)) {
      for (const auto& group : outcomes->groups)
        if (group.outcome == letter_state::pending)
          letters.on_pending(group.letters);
    } else if (const auto* doubt = std::get_if<doubt_settled>(&next.body);
               doubt && doubt->resend && !doubt->waits()) {
      letters.on_pending(doubt->letters);
    } else if (const auto* refusals = std::get_if<refusals_settled>(&next.body);
               refusals && refusals->outcome() == letter_state::pending) {
      letters.on_pending(refusals->letters);
    }
    batch.push_back(std::move(next));
  }

  void append(effects next) {
    append_request request;
    request.campaign = state.id;
    request.expected_last = state.last_event - batch.size();
    request.events = std::exchange(batch, {});
    if (next.asked && !next.asked->asked.idempotency_key.empty()) {
      const auto& asked = next.asked->asked;
      request.key = key_record{stored_key(asked.by_id, asked.by, asked.idempotency_key),
                               std::string{name_of(asked.kind)}, state.id, next.answer, now()};
    }
    pending = std::move(next);
    if (request.events.empty() && !request.key) {
      carry_out();
      return;
    }
    is_appending = true;
    // Here already, not when this actor hears of it: another's claim may come first.
    const auto kept = std::max<std::size_t>({unsettled_claims, pending.in_flight, state.in_flight()});
    request.on_refused = [room = claims, kept] { room->set(kept); };
    services->store->journal().append(
        std::move(request), [to = me(), grants = grants_of(pending)](result<event_number> last) mutable {
          if (last)
            grant(std::move(grants));
          caf::anon_send(to, append_outcome{std::move(last)});
        });
    keep_claim_room(); // now that nobody's claim can get before what this append settles
  }

  /// A claim that the disk refused may turn up in the log after a crash, until a later write was taken: its room is kept.
  void keep_claim_room() { claims->set(std::max<std::size_t>(unsettled_claims, state.in_flight())); }
  void on_claims_settled() {
    if (std::exchange(unsettled_claims, 0) != 0)
      keep_claim_room();
  }

  using letter_grants = std::vector<std::pair<campaign_queue_ptr, letter_ranges>>;

  letter_grants grants_of(const effects& next) const {
    letter_grants all;
    for (const auto& one : next.replies)
      if (!one.granted.empty())
        all.emplace_back(line.queue(one.to), one.granted);
    return all;
  }

  /// By the journal's thread, as soon as the claim is durable: connections wait for it, and this actor's turn may be
  /// late. A campaign that died or was paused meanwhile has withdrawn its queue.
  static void grant(letter_grants all) {
    for (auto& [queue, letters] : all)
      queue->grant(std::move(letters));
  }

  // -- after the append -----------------------------------------------------------------------------

  void appended(append_outcome&& outcome) {
    is_appending = false;
    if (outcome.last) {
      check(*outcome.last == state.last_event, "the journal counts the events otherwise than the campaign");
      if (is_disk_failing)
        on_disk_recovery();
      on_claims_settled();
      carry_out();
    } else if (outcome.last.error().code == error_code::conflict &&
               outcome.last.error().notice.code != "idempotency_key_taken") {
      // Another owner writes this log: what is known here is stale, and no more may be sent by it.
      throw engine_fault(make_error(error_code::internal,
                                    notice{"campaign_taken_over", {}, {notice_of(outcome.last.error())}}));
    } else {
      undo(outcome.last.error());
    }
    proceed();
  }

  void carry_out() {
    auto done = std::exchange(pending, {});
    send_replies(done);
    watchers.record_progress(state, now());
    const auto is_quiet = state.in_flight() == 0 && letters.ahead() == 0;
    if (done.asked || is_quiet || !state.may_claim() || watchers.is_time(state, now(), publish_every()))
      publish();
    else
      publish_later();
    answer_command(done);
    if (state.last_event - snapshot_at >= snapshot_every_events)
      save_snapshot();
  }

  static void answer_command(effects& done) {
    if (done.asked)
      done.asked->answer(done.answer);
    done.asked.reset();
  }

  void send_replies(effects& done) {
    for (auto& one : done.replies)
      if (auto next = line.answer(one.to, std::move(one.denied)))
        reports.emplace_back(one.to, std::move(next));
    done.replies.clear();
  }

  /// Nothing of the append was kept: back to the state that the log gives. Outcomes are kept for the next
  /// try, since they cannot be had again; commands are refused, so that whoever asked knows.
  void undo(const error& why) {
    auto failed = std::exchange(pending, {});
    if (failed.asked)
      failed.asked->refuse(why);
    results.insert(results.begin(), failed.results.begin(), failed.results.end());
    skips.insert(skips.begin(), failed.skips.begin(), failed.skips.end());
    for (auto& one : failed.replies) {
      letters.on_claim_undone(one.to, one.granted);
      one.denied.add(std::exchange(one.granted, {}));
    }
    send_replies(failed);
    unsettled_claims = std::max({unsettled_claims, state.in_flight(), failed.in_flight});
    keep_claim_room();
    on_disk_failure(why.message);
    reload();
  }

  void on_disk_failure(const std::string& why) {
    if (!is_disk_failing)
      spdlog::error("{}: sending stops until the disk is back: {}", to_string(state.id), why);
    is_disk_failing = true;
    fault = why;
    retry_disk_later();
    waits_for_disk = true;
    disk_retry_delay = std::min(disk_retry_delay * 2, disk_retry_max);
    withdraw();
    watchers.show_fault(state.id, fault);
  }

  void retry_disk_later() {
    if (!std::exchange(is_retry_set, true))
      self->delayed_send(self, disk_retry_delay, retry_atom::value);
  }

  void on_disk_recovery() {
    spdlog::info("{}: the disk is back, sending goes on", to_string(state.id));
    is_disk_failing = false;
    waits_for_disk = false;
    disk_retry_delay = disk_retry_first;
    fault.clear();
  }

  void refuse_all(const error& why) {
    for (auto* waiting : {&with_key, &with_content})
      if (auto one = std::exchange(*waiting, {}))
        one->refuse(why);
    for (auto& one : std::exchange(commands, {}))
      one.refuse(why);
  }

  // -- letters on their way -------------------------------------------------------------------------

  void pump() {
    if (is_halting)
      return;
    const auto at = now();
    if (!state.may_claim() || waits_for_disk || !has_route() || !is_content_compared) {
      schedule(at);
      return;
    }
    const auto& limits = services->settings;
    const auto& memory = line.account(services);
    if (memory.is_waiting() && !letters.is_building()) {
      schedule(at);
      return;
    }
    const auto ahead_max = memory.letters_ahead(limits.batch_letters_max * limits.batches_ahead_max);
    const auto wanted = std::min(limits.batch_letters_max, ahead_max);
    // With nothing ahead nobody would tell when there is room: a batch may be on its way that nobody waits for.
    const auto has_room = memory.room() > 0 || letters.ahead() == 0;
    // Not for each letter that has left: a batch is worth its way when most of one is wanted.
    if (!letters.is_building() && letters.ahead() + (wanted * 3 + 3) / 4 <= ahead_max && has_room)
      build(letters.next(state, wanted, at, self->clock().now()));
    if (letters.is_idle() && state.in_flight() == 0) {
      line.dismiss();
      letters.close();
    }
    schedule(at);
  }

  void build(build_order order) {
    if (order.letters.empty())
      return;
    if (!letters.has_queue())
      letters.open(line.open(services, state));
    line.build(services, state, std::move(order));
  }

  // -- time and watchers ----------------------------------------------------------------------------

  /// Sets a timer for what comes next, by the plan or by a domain's limit.
  void schedule(timestamp at) {
    if (is_content_asked)
      return; // what comes next waits for the answer
    auto wait = milliseconds::max();
    if (const auto next = state.next_moment(at))
      wait =
          *next - services->now(); // where the clock was put back, `at` stands still until it has caught up
    const auto here = self->clock().now();
    if (const auto resumes = letters.next_moment(); resumes && state.may_claim() && !letters.is_building())
      wait = std::min(wait, std::chrono::ceil<milliseconds>(*resumes - here));
    if (wait == milliseconds::max())
      return;
    wait = std::clamp(wait, milliseconds{1}, timer_max);
    if (timer_at > here && timer_at <= here + wait)
      return;
    timer_at = here + wait;
    self->delayed_send(self, wait, caf::tick_atom::value);
  }

  void retry_disk() {
    is_retry_set = false;
    waits_for_disk = false;
    if (unsettled_claims != 0 && services->store->condition().takes_writes)
      on_claims_settled();
    else if (unsettled_claims != 0)
      retry_disk_later(); // what is kept for them may be all the room there is, so that no append ever comes
    if (is_reloading && !is_reload_asked)
      reload();
    proceed();
  }

  void publish() {
    publish_is_due = false;
    watchers.publish(state, fault, now());
  }

  milliseconds publish_every() const { return view_publisher::publish_every(services->letters.campaigns()); }

  void publish_later() {
    if (publish_is_due)
      return;
    publish_is_due = true;
    self->delayed_send(self, publish_every(), publish_atom::value);
  }

  void publish_now_due() {
    if (!publish_is_due)
      return;
    publish_is_due = false;
    if (is_appending)
      watchers.expect_news(); // the state is ahead of what is durable; carry_out shows it in a moment
    else
      publish();
  }
};

campaign_actor::behavior_type campaign(campaign_actor::stateful_pointer<campaign_actor_state> self,
                                       supervisor_actor supervisor,
                                       engine_ptr services,
                                       const std::shared_ptr<campaign_state>& recovered) {
  // The supervisor shows people why a campaign died, so the words must reach it.
  self->set_exception_handler(
      [](caf::scheduled_actor*, std::exception_ptr& thrown) { return to_caf(thrown); });
  // Without the supervisor nobody could command it or bring it back: it ends too, just as it stands.
  self->monitor(supervisor);
  self->set_down_handler([=](const caf::down_msg& message) { self->quit(message.reason); });
  self->state.supervisor = std::move(supervisor);
  self->state.begin(std::move(services), std::move(*recovered));
  return {
      [=](command& asked, start_check& checked) {
        return self->state.ask(std::move(asked), std::move(checked));
      },
      [=](caf::tick_atom) { self->state.proceed(); },
      [=](publish_atom) { self->state.publish_now_due(); },
      [=](retry_atom) { self->state.retry_disk(); },
      [=](append_outcome& outcome) { self->state.appended(std::move(outcome)); },
      [=](const pool_answer& made) { self->state.store_requests.on_answer(made); },
      [=](built& done) { self->state.take(std::move(done)); },
      [=](queue_number from, report_ptr& report) { self->state.take(from, std::move(report)); },
      [=](retire_atom) { return self->state.retire(); },
      [=](halt_atom) { self->state.halt(); },
  };
}

} // namespace

campaign_actor spawn_campaign(supervisor_actor::base& parent,
                              engine_ptr services,
                              std::shared_ptr<campaign_state> recovered) {
  return parent.spawn<caf::monitored>(campaign, caf::actor_cast<supervisor_actor>(&parent),
                                      std::move(services), std::move(recovered));
}

} // namespace sluice
