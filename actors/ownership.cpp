#include "actors/ownership.hpp"

#include "actors/campaign_follower.hpp"
#include "actors/moment.hpp"
#include "messages/json.hpp"
#include "messages/notice_json.hpp"
#include "persistence/cluster_table.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <set>

namespace sluice {

namespace {

/// Taken over, or given away, by one write.
constexpr std::size_t campaigns_at_once_max = 500;
/// Logs of others that are read at a time.
constexpr std::size_t looks_at_once_max = 2;
/// So often it is counted who owns how much, which takes a look at each campaign's row.
constexpr std::uint64_t beats_between_counts = 10;
/// How often it is asked whether another node has answered.
constexpr milliseconds answer_asked_every{50};

struct ownership_state {
  static inline const char* name = "ownership";

  ownership_actor::pointer self;
  engine_ptr services;
  supervisor_actor supervisor;
  boot_clock boot_time;
  cluster_table* table = nullptr;
  std::optional<membership> members;
  std::optional<campaign_follower> follower;
  pool_requests requests;

  std::vector<node_row> rows;              ///< as the last beat showed them
  std::map<node_id, beat_moment> moved_at; ///< when its beat was first seen as it is
  std::map<node_id, std::pair<std::uint64_t, std::uint64_t>>
      seen;                             ///< incarnation, and the beat whose changes are known
  std::set<node_id> emptied;            ///< dead, and owning nothing any more
  std::map<node_id, std::size_t> owned; ///< how many campaigns
  std::uint64_t given_before = 0;       ///< node_row::given, as far as it was acted on
  std::uint64_t beats_confirmed = 0;
  bool is_beating = false;
  bool is_taking_over = false;
  bool is_deposed = false;
  bool is_leaving = false;
  bool is_draining = false;
  bool is_refreshing = false;
  bool was_away = false;
  std::size_t looking = 0;

  struct asked_command {
    caf::typed_response_promise<command_answer> promise;
    moment until;
  };
  std::map<std::string, asked_command> asked; ///< of others, by its id in the table
  std::set<std::string> answering;            ///< for others
  bool is_asking = false;
  caf::typed_response_promise<caf::unit_t> left;

  explicit ownership_state(ownership_actor::pointer me) : self(me) {}

  ownership_actor me() { return caf::actor_cast<ownership_actor>(self); }

  template <class Work, class Follow>
  void ask(store_pool& pool, job_kind kind, Work work, Follow follow) {
    requests.ask(pool, kind, me(), std::move(work), std::move(follow));
  }

  void begin(engine_ptr with, supervisor_actor of, boot_clock clock) {
    services = std::move(with);
    supervisor = std::move(of);
    boot_time = std::move(clock);
    table = services->store->cluster();
    members.emplace(table->self().node);
    follower.emplace(services);
    given_before = table->self().given;
    beat();
  }

  // -- beats ----------------------------------------------------------------------------------------

  void beat() {
    self->delayed_send(self, beat_every, caf::tick_atom::value);
    if (is_beating || is_deposed)
      return;
    is_beating = true;
    struct beaten {
      beat_moment sent{0};
      std::vector<node_row> rows;
    };
    ask(
        *services->beats, job_kind::command,
        [table = table, clock = boot_time]() -> result<beaten> {
          const auto sent = clock();
          auto seen_now = table->beat();
          if (!seen_now)
            return std::unexpected(seen_now.error());
          return beaten{sent, std::move(*seen_now)};
        },
        [this](result<beaten> done) {
          is_beating = false;
          if (done)
            return beat_confirmed(std::move(done->rows), done->sent);
          if (done.error().code == error_code::conflict)
            return deposed();
          if (!services->lease->may_send())
            services->claims.set_open(false);
          if (!std::exchange(was_away, true))
            spdlog::error("{}: nothing is sent until it answers", done.error().message);
        });
  }

  void beat_confirmed(std::vector<node_row> now_seen, beat_moment sent) {
    if (std::exchange(was_away, false))
      spdlog::info("the database answers again");
    const auto came = boot_time();
    services->lease->renew(sent);
    services->claims.set_open(services->lease->may_send());
    rows = std::move(now_seen);
    const auto dead = members->on_beat(rows, sent, came);
    publish_nodes(came);
    take_hints();
    for (const auto& one : dead)
      declare_dead(one);
    take_over_next();
    take_given();
    drain();
    refresh();
    take_posted();
    count_owned();
  }

  void count_owned() {
    if (beats_confirmed++ % beats_between_counts != 0)
      return;
    ask(
        *services->pool, job_kind::look, [table = table] { return table->owner_counts(); },
        [this](result<std::map<node_id, std::size_t>> counts) {
          if (counts)
            owned = std::move(*counts);
        });
  }

  void publish_nodes(beat_moment came) {
    const auto us = table->self();
    std::vector<node_view> views;
    for (const auto& row : rows) {
      auto& one = views.emplace_back(row, row.node == us.node, std::nullopt, owned[row.node]);
      const auto previous = std::ranges::find(last_rows, row.node, &node_row::node);
      if (previous == last_rows.end() || previous->beat != row.beat ||
          previous->incarnation != row.incarnation)
        moved_at[row.node] = came;
      if (is_alive(row.state))
        one.beat_age = one.is_self ? milliseconds{0} : came - moved_at[row.node];
    }
    last_rows = rows;
    services->nodes.put(std::move(views));
  }
  std::vector<node_row> last_rows;

  /// Tokens that others made or revoked.
  void refresh() {
    if (std::exchange(is_refreshing, true))
      return;
    ask(
        *services->pool, job_kind::command,
        [services = services]() -> result<bool> {
          auto done = services->store->refresh();
          return done ? result<bool>(true) : std::unexpected(done.error());
        },
        [this](const result<bool>&) { is_refreshing = false; });
  }

  // -- what others own ------------------------------------------------------------------------------

  void take_hints() {
    const auto us = table->self().node;
    for (const auto& row : rows) {
      if (row.node == us)
        continue;
      auto& [incarnation, beat_seen] = seen[row.node];
      const auto is_known =
          incarnation == row.incarnation && !row.changes.empty() && beat_seen + 1 >= row.changes.front().beat;
      auto are_all = is_known || (incarnation == row.incarnation && row.changes.empty());
      std::vector<campaign_id> changed;
      for (const auto& one : row.changes)
        if (is_known && one.beat > beat_seen) {
          are_all = are_all && one.are_all;
          changed.insert(changed.end(), one.campaigns.begin(), one.campaigns.end());
        }
      if (!row.changes.empty())
        beat_seen = row.changes.back().beat;
      incarnation = row.incarnation;
      if (are_all)
        follow(changed);
      else
        look_through(row.node);
    }
    look_further();
  }

  /// What is missed is found by the ends of its logs.
  void look_through(node_id node) {
    ask(
        *services->pool, job_kind::look, [table = table, node] { return table->heads_of(node); },
        [this, node](const result<std::vector<campaign_head>>& heads) {
          if (!heads) {
            seen.erase(node);
            return;
          }
          std::vector<campaign_id> changed;
          for (const auto& one : *heads) {
            const auto view = services->campaigns.find(one.campaign, services->now());
            if (!view || view->version < one.number)
              changed.push_back(one.campaign);
          }
          follow(changed);
          look_further();
        });
  }

  void follow(const std::vector<campaign_id>& changed) { follower->on_changed(changed); }

  void look_further() {
    while (looking < looks_at_once_max) {
      auto look = follower->next();
      if (!look)
        return;
      ++looking;
      ask(
          *services->pool, job_kind::look,
          [services = services, look = *look] { return campaign_follower::fold(*services, look); },
          [this, campaign = look->campaign](result<campaign_follower::look> folded) {
            --looking;
            follower->on_folded(campaign, std::move(folded));
            look_further();
          });
    }
  }

  // -- the dead, and who leaves ---------------------------------------------------------------------

  void declare_dead(const node_row& one) {
    spdlog::warn("node {} has not been heard of: it is declared dead", one.name);
    ask(
        *services->beats, job_kind::command, [table = table, one] { return table->declare_dead(one); },
        [](const result<bool>&) { /* the next beat shows what came of it */ });
  }

  /// One node's, some hundred at a time, until nothing is left of it.
  void take_over_next() {
    if (is_taking_over || is_leaving || is_deposed || table->self().state != node_state::live)
      return;
    for (const auto& row : rows) {
      if (row.node == table->self().node || is_alive(row.state)) {
        emptied.erase(row.node);
        continue;
      }
      if (!emptied.contains(row.node))
        return take_over(row);
    }
  }

  void take_over(const node_row& from) {
    is_taking_over = true;
    struct taken {
      std::vector<campaign_id> campaigns;
      bool is_over = false;
    };
    ask(
        *services->pool, job_kind::command,
        [table = table, from, takers = takers_in(rows), us = table->self().node]() -> result<taken> {
          const auto remaining = table->campaigns_of(from.node);
          if (!remaining)
            return std::unexpected(remaining.error());
          std::vector<campaign_id> ours;
          for (const auto& one : *remaining)
            if (owner_by_hash(one.campaign, takers) == us && ours.size() < campaigns_at_once_max)
              ours.push_back(one.campaign);
          if (ours.empty())
            return taken{{}, remaining->empty()};
          auto got = table->take(ours, from);
          if (!got)
            return std::unexpected(got.error());
          return taken{std::move(*got), false};
        },
        [this, from](result<taken> done) {
          is_taking_over = false;
          if (!done)
            return; // with the next beat
          if (done->is_over)
            emptied.insert(from.node);
          if (done->campaigns.empty())
            return;
          spdlog::warn("{} campaigns of node {} are taken over", done->campaigns.size(), from.name);
          own(std::move(done->campaigns));
          take_over_next();
        });
  }

  void own(std::vector<campaign_id> campaigns) {
    for (const auto one : campaigns)
      follower->forget(one);
    self->send(supervisor, own_atom::value, std::move(campaigns));
  }

  void take_given() {
    const auto us = table->self();
    if (us.given == given_before)
      return;
    given_before = us.given;
    own_again();
  }

  /// Others declared us dead: what we own is theirs, or will be. Nothing of it is sent or written any more.
  void deposed() {
    if (std::exchange(is_deposed, true))
      return;
    spdlog::error("this node was declared dead by others: it drops everything, and comes back as a new one");
    services->lease->revoke();
    services->claims.set_open(false);
    self->request(supervisor, caf::infinite, drop_atom::value)
        .then([this](const std::vector<campaign_id>&) { come_back(); }, [](const caf::error&) {});
  }

  void come_back() {
    ask(
        *services->beats, job_kind::command,
        [table = table]() -> result<std::vector<owned_campaign>> {
          if (auto joined = table->rejoin(); !joined)
            return std::unexpected(joined.error());
          return table->campaigns_of(table->self().node);
        },
        [this](const result<std::vector<owned_campaign>>& ours) {
          if (!ours) {
            self->delayed_send(self, beat_every, revive_atom::value);
            return;
          }
          is_deposed = false;
          members.emplace(table->self().node);
          std::vector<campaign_id> campaigns;
          for (const auto& one : *ours)
            campaigns.push_back(one.campaign);
          own(std::move(campaigns));
          seen.clear();
        });
  }

  /// Every campaign is finished with and given to others, then the node is gone for them.
  caf::result<caf::unit_t> leave() {
    left = self->make_response_promise<caf::unit_t>();
    if (std::exchange(is_leaving, true))
      return left;
    self->request(supervisor, caf::infinite, release_atom::value)
        .then([this](const std::vector<campaign_id>& campaigns) { give_away(campaigns); },
              [this](const caf::error&) { left.deliver(caf::unit); });
    return left;
  }

  void give_away(std::vector<campaign_id> campaigns) {
    ask(
        *services->beats, job_kind::command,
        [table = table, campaigns = std::move(campaigns)]() -> result<bool> {
          const auto us = table->self().node;
          if (auto told = table->set_state(us, node_state::leaving); !told)
            return std::unexpected(told.error());
          if (auto given = hand_over(*table, campaigns); !given)
            return given;
          auto gone = table->set_state(us, node_state::left);
          return gone ? result<bool>(true) : std::unexpected(gone.error());
        },
        [this](const result<bool>& done) {
          if (!done)
            spdlog::warn("campaigns are not handed over, and are taken when this node is missed: {}",
                         done.error().message);
          left.deliver(caf::unit);
          self->quit();
        });
  }

  /// To those that take campaigns, by the hash; where there is none they stay.
  static result<bool> hand_over(cluster_table& table, const std::vector<campaign_id>& campaigns) {
    const auto others = table.nodes();
    if (!others)
      return std::unexpected(others.error());
    const auto takers = takers_in(*others);
    std::map<node_id, std::vector<campaign_id>> by_taker;
    for (const auto one : campaigns)
      by_taker[owner_by_hash(one, takers)].push_back(one);
    for (const auto& [node, some] : by_taker) {
      const auto to = std::ranges::find(*others, node, &node_row::node);
      for (std::size_t at = 0; to != others->end() && at < some.size(); at += campaigns_at_once_max) {
        const auto part = std::span(some).subspan(at, std::min(campaigns_at_once_max, some.size() - at));
        if (auto given = table.give(part, *to); !given)
          return std::unexpected(given.error());
      }
    }
    return true;
  }

  /// Told to own nothing, it finishes with what it has, and gives it to others.
  void drain() {
    if (table->self().state != node_state::drained || is_draining || is_leaving || is_deposed ||
        takers_in(rows).empty())
      return;
    is_draining = true;
    ask(
        *services->pool, job_kind::command,
        [table = table] { return table->campaigns_of(table->self().node); },
        [this](const result<std::vector<owned_campaign>>& ours) {
          if (!ours || ours->empty()) {
            is_draining = false;
            return;
          }
          self->request(supervisor, caf::infinite, release_atom::value)
              .then([this](const std::vector<campaign_id>& campaigns) { give_what_is_drained(campaigns); },
                    [this](const caf::error&) { is_draining = false; });
        });
  }

  void give_what_is_drained(std::vector<campaign_id> campaigns) {
    ask(
        *services->beats, job_kind::command,
        [table = table, campaigns = std::move(campaigns)] { return hand_over(*table, campaigns); },
        [this](const result<bool>& done) {
          is_draining = false;
          if (!done)
            own_again();
        });
  }

  /// What could not be given is still ours.
  void own_again() {
    ask(
        *services->pool, job_kind::command,
        [table = table] { return table->campaigns_of(table->self().node); },
        [this](const result<std::vector<owned_campaign>>& ours) {
          if (!ours) {
            self->delayed_send(self, beat_every, own_atom::value);
            return;
          }
          std::vector<campaign_id> campaigns;
          for (const auto& one : *ours)
            campaigns.push_back(one.campaign);
          own(std::move(campaigns));
        });
  }

  // -- commands for campaigns of others -------------------------------------------------------------

  caf::result<command_answer> pass_on(campaign_id campaign, const command& what) {
    auto promise = self->make_response_promise<command_answer>();
    ask(
        *services->pool, job_kind::command,
        [table = table, campaign, wire = command_to_wire(what)] {
          return table->post_command(campaign, wire);
        },
        [this, promise](const result<std::string>& id) mutable {
          if (!id) {
            promise.deliver(to_caf(id.error()));
            return;
          }
          asked.emplace(*id, asked_command{promise, self->clock().now() + posted_command_within});
          ask_for_answers();
        });
    return promise;
  }

  void ask_for_answers() {
    if (asked.empty() || std::exchange(is_asking, true))
      return;
    std::vector<std::string> ids;
    for (const auto& [id, one] : asked)
      ids.push_back(id);
    using answers = std::map<std::string, std::string>;
    ask(
        *services->pool, job_kind::command,
        [table = table, ids]() -> result<answers> {
          answers found;
          for (const auto& id : ids) {
            const auto one = table->take_answer(id);
            if (!one)
              return std::unexpected(one.error());
            if (*one)
              found.emplace(id, **one);
          }
          return found;
        },
        [this](const result<answers>& found) {
          is_asking = false;
          if (found)
            for (const auto& [id, text] : *found)
              answered(id, answer_from_wire(text));
          const auto now = self->clock().now();
          for (auto at = asked.begin(); at != asked.end();) {
            if (now < at->second.until) {
              ++at;
              continue;
            }
            at->second.promise.deliver(to_caf(make_error(error_code::unavailable, notice{"owner_silent"})));
            at = asked.erase(at);
          }
          if (!asked.empty())
            self->delayed_send(self, answer_asked_every, retry_atom::value);
        });
  }

  void answered(const std::string& id, const result<command_answer>& answer) {
    const auto one = asked.find(id);
    if (one == asked.end())
      return;
    if (answer)
      one->second.promise.deliver(*answer);
    else
      one->second.promise.deliver(to_caf(answer.error()));
    asked.erase(one);
  }

  void take_posted() {
    ask(
        *services->pool, job_kind::command, [table = table] { return table->posted_commands(); },
        [this](const result<std::vector<posted_command>>& posted) {
          if (!posted)
            return;
          for (const auto& one : *posted)
            if (answering.insert(one.id).second)
              carry_out(one);
        });
  }

  void carry_out(const posted_command& one) {
    command what;
    if (const auto fault = command_from_wire(one.asked, what)) {
      return answer(one.id, std::unexpected(from_caf(fault)));
    }
    self->request(supervisor, posted_command_within, one.campaign, std::move(what))
        .then([this, id = one.id](const command_answer& made) { answer(id, made); },
              [this, id = one.id](const caf::error& why) { answer(id, std::unexpected(from_caf(why))); });
  }

  void answer(const std::string& id, const result<command_answer>& made) {
    ask(
        *services->pool, job_kind::command,
        [table = table, id, text = answer_to_wire(made)]() -> result<bool> {
          auto done = table->answer_command(id, text);
          return done ? result<bool>(true) : std::unexpected(done.error());
        },
        [this, id](const result<bool>&) { answering.erase(id); });
  }
};

ownership_actor::behavior_type ownership(ownership_actor::stateful_pointer<ownership_state> self,
                                         engine_ptr services,
                                         supervisor_actor supervisor,
                                         boot_clock clock) {
  self->monitor(supervisor);
  self->set_down_handler([=](const caf::down_msg&) { self->quit(); });
  self->state.begin(std::move(services), std::move(supervisor), std::move(clock));
  return {
      [=](caf::tick_atom) { self->state.beat(); },
      [=](revive_atom) { self->state.come_back(); },
      [=](own_atom) { self->state.own_again(); },
      [=](retry_atom) { self->state.ask_for_answers(); },
      [=](campaign_id campaign, const command& what) { return self->state.pass_on(campaign, what); },
      [=](const pool_answer& made) { self->state.requests.on_answer(made); },
      [=](halt_atom) { return self->state.leave(); },
  };
}

} // namespace

ownership_actor spawn_ownership(caf::actor_system& system,
                                engine_ptr services,
                                supervisor_actor supervisor,
                                boot_clock boot_time) {
  return system.spawn(ownership, std::move(services), std::move(supervisor), std::move(boot_time));
}

std::string answer_to_wire(const result<command_answer>& answer) {
  const auto body = answer ? nlohmann::json{{"answer", to_json(*answer)}}
                           : nlohmann::json{{"error", static_cast<int>(answer.error().code)},
                                            {"words", answer.error().message},
                                            {"notice", to_json(notice_of(answer.error()))}};
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

result<command_answer> answer_from_wire(const std::string& text) {
  const auto body = parse_json(text);
  if (!body || !body->is_object())
    return failure(error_code::internal, notice{"unreadable_message", {{"fault", "it is no answer"}}});
  if (const auto answer = body->find("answer"); answer != body->end())
    return command_answer_from_json(*answer);
  error why{static_cast<error_code>(body->value("error", static_cast<int>(error_code::internal))),
            body->value("words", std::string{})};
  if (body->contains("notice"))
    why.notice = notice_from_json(body->at("notice")).value_or(notice{});
  return std::unexpected(std::move(why));
}

} // namespace sluice
