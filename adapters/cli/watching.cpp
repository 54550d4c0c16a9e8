#include "adapters/cli/watching.hpp"

#include "actors/core/due.hpp"
#include "adapters/cli/answers.hpp"
#include "adapters/cli/campaign_text.hpp"
#include "adapters/cli/live_lines.hpp"
#include "adapters/cli/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <ostream>

namespace sluice::cli {
namespace {

constexpr milliseconds retry_delay_first{250};
constexpr milliseconds retry_delay_max{5000};
/// Between two looks at how often a relay was tried.
constexpr milliseconds ask_every{2000};

/// What is known of the campaigns that are watched, and how it is shown.
class watcher {
public:
  using end_of_watch = bool (*)(const campaign_view&);

  watcher(session& with, std::optional<campaign_id> only, bool is_quiet, end_of_watch ends) :
      with_(with), only_(only), is_quiet_(is_quiet), ends_(ends),
      lines_(with.io().out, with.io().out_terminal) {}

  /// Asks for everything anew; after a lost connection changes may have been missed.
  outcome<void> fetch() {
    if (only_)
      return fetch_one(*only_);
    return with_.engine().each_item("/v1/campaigns", {{"view", "outgoing"}}, 0, [&](const auto& item) {
      take(item);
      return true;
    });
  }

  /// One event of the stream: a campaign, whole or in part.
  outcome<void> take_event(std::string_view data) {
    const auto value = nlohmann::json::parse(data, nullptr, false);
    const auto id =
        parse_campaign_id(text_of(value, "id").empty() ? text_of(value, "campaign") : text_of(value, "id"));
    if (!id || (only_ && *only_ != *id))
      return {};
    if (value.contains("counts")) {
      if (is_wanted(*id, value))
        take(value);
      return {};
    }
    const auto fetched = fetch_one(*id);
    // A draft that was discarded is no failure of the watch, unless it is the one that is watched.
    return fetched || only_ ? fetched : outcome<void>{};
  }

  bool is_over() const {
    if (!only_)
      return false;
    const auto found = views_.find(*only_);
    return found != views_.end() && (ends_(found->second) || !found->second.fault.empty());
  }

  campaign_view last() const { return views_.at(*only_); }

  void redraw(bool is_due_to_change) {
    const auto now = with_.io().now();
    if (!lines_.is_live() || with_.wants_json() || (!is_due_to_change && now - drawn_at_ < redraw_every))
      return;
    drawn_at_ = now;
    ask_for_tries(now);
    std::vector<std::string> bars;
    for (const auto& [id, view] : views_) {
      bars.push_back(progress_line(view.t0 ? refreshed(view, now) : view, now, lines_.where()));
      if (only_)
        std::ranges::move(trouble_lines(view, now, lines_.where()), std::back_inserter(bars));
    }
    if (bars.empty())
      bars.emplace_back("nothing is outgoing");
    lines_.draw(std::move(bars));
  }

  void end() {
    redraw(true);
    lines_.keep();
  }

  void say_lost(const failed& why) {
    lines_.clear();
    with_.io().err << shown(why.message) << "; trying again" << std::endl;
  }

private:
  /// The stream begins with every campaign; those that are not outgoing are of no interest, until they were.
  bool is_wanted(campaign_id id, const nlohmann::json& value) const {
    const auto stage = parse_stage(text_of(value, "stage"));
    return only_ || known_.contains(id) || !stage || is_outgoing(*stage);
  }

  outcome<void> fetch_one(campaign_id id) {
    const auto answer = with_.engine().get(fmt::format("/v1/campaigns/{}", to_string(id)));
    if (!answer)
      return std::unexpected(answer.error());
    take(*answer);
    return {};
  }

  /// No event tells of a try in vain: when one was due, the engine is asked.
  void ask_for_tries(timestamp now) {
    const auto found = only_ ? views_.find(*only_) : views_.end();
    if (found == views_.end() || !found->second.relay_tries || now - asked_at_ < ask_every)
      return;
    const auto& next = found->second.relay_tries->next_at;
    if (next && now < *next)
      return;
    asked_at_ = now;
    static_cast<void>(fetch_one(*only_)); // where it is gone the stream tells
  }

  void take(const nlohmann::json& value) {
    const auto id = parse_campaign_id(text_of(value, "id"));
    if (!id)
      return;
    auto& known = known_[*id];
    if (known.is_null())
      known = value;
    else
      known.update(value);
    const auto view = campaign_from(known);
    if (!view)
      return;
    const auto before = views_.find(*id);
    const bool is_news = before == views_.end() || before->second.stage != view->stage ||
                         before->second.hold != view->hold || before->second.counts != view->counts ||
                         before->second.relay_trouble != view->relay_trouble ||
                         before->second.fault != view->fault;
    views_[*id] = *view;
    if (is_news)
      print_change(known, *view);
  }

  void print_change(const nlohmann::json& known, const campaign_view& view) {
    if (is_quiet_)
      return;
    if (with_.wants_json())
      with_.io().out << json_text(known) << std::endl;
    else if (!lines_.is_live())
      with_.io().out << change_line(view, with_.io().now()) << std::endl;
  }

  session& with_;
  std::optional<campaign_id> only_;
  bool is_quiet_;
  end_of_watch ends_;
  live_lines lines_;
  std::map<campaign_id, nlohmann::json> known_;
  std::map<campaign_id, campaign_view> views_;
  timestamp drawn_at_;
  timestamp asked_at_;
};

/// Until it is over. What the engine refuses ends it; a connection that breaks does not, once there was one.
outcome<void> follow(session& with, watcher& who, std::optional<campaign_id> only) {
  auto delay = retry_delay_first;
  bool was_connected = false;
  while (true) {
    auto ended = who.fetch();
    if (ended) {
      was_connected = true;
      who.redraw(true);
      if (who.is_over())
        return {};
      delay = retry_delay_first;
      outcome<void> taken;
      const auto visit = [&](std::string_view, std::string_view data) {
        taken = who.take_event(data);
        who.redraw(false);
        return taken.has_value() && !who.is_over();
      };
      ended = with.engine().stream("/v1/stream", {{"campaign", only ? to_string(*only) : ""}}, visit,
                                   [&] { who.redraw(false); });
      if (!taken)
        ended = taken;
      if (ended)
        return {};
    }
    if (ended.error().code != exit_code::unreachable || !was_connected)
      return ended;
    who.say_lost(ended.error());
    with.io().wait(delay);
    delay = std::min(delay * 2, retry_delay_max);
  }
}

outcome<campaign_view>
watch_one(session& with, campaign_id campaign, bool is_quiet, watcher::end_of_watch ends) {
  watcher who(with, campaign, is_quiet, ends);
  const auto followed = follow(with, who, campaign);
  who.end();
  if (!followed)
    return std::unexpected(followed.error());
  return who.last();
}

} // namespace

outcome<campaign_view> watch_to_end(session& with, campaign_id campaign, bool is_quiet) {
  return watch_one(with, campaign, is_quiet, [](const campaign_view& view) { return is_final(view.stage); });
}

outcome<campaign_view> watch_until_drained(session& with, campaign_id campaign) {
  return watch_one(with, campaign, true, [](const campaign_view& view) {
    const auto is_stopped = view.hold || is_final(view.stage);
    return !is_stopped || view.counts.of(letter_state::claimed) == 0;
  });
}

outcome<void> watch_all(session& with) {
  watcher who(with, {}, false, [](const campaign_view&) { return false; });
  auto followed = follow(with, who, {});
  who.end();
  return followed;
}

} // namespace sluice::cli
