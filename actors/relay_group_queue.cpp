#include "actors/relay_group_queue.hpp"

#include "messages/notice_words.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>

namespace sluice {

relay_group_core::relay_group_core(std::vector<relay_member> members,
                                   clock_source wall,
                                   std::function<moment()> clock) :
    roster_([&] {
      std::vector<relay_place> places;
      for (const auto& one : members)
        places.push_back({one.name, one.share});
      return places;
    }()),
    health_(members.size()), wall_(std::move(wall)), clock_(std::move(clock)) {
  for (auto& one : members)
    through_.push_back(std::move(one.through));
}

void relay_group_core::end_relays() {
  for (auto& one : through_)
    one.reset();
}

void relay_group_core::set_failing(std::size_t member, const notice& trouble) {
  if (health_.on_failure(member, trouble, wall_(), now()))
    spdlog::warn("relay {}: {}", roster_.shown(member), words_of(trouble));
}

void relay_group_core::set_working(std::size_t member) {
  if (health_.on_success(member))
    spdlog::info("relay {}: it works again", roster_.shown(member));
}

relay_view relay_group_core::view(std::size_t member) const {
  const auto& [name, share] = roster_.at(member);
  return {.name = name,
          .url = {},
          .weight = share.weight,
          .is_standby = share.is_standby,
          .senders = share.senders,
          .campaigns = share.campaigns,
          .connections_max = through(member).connections_max(),
          .trouble = health_.view(member),
          .pace = through(member).found_pace()};
}

namespace {

/// Letters that a lane is given at a time: so few that weights show in small campaigns, too.
constexpr std::size_t turn_letters = 4;
/// A lane has what its relay settles in this time, or what its relay may have in hand.
constexpr auto fill_time = std::chrono::milliseconds(500);
constexpr std::size_t fill_max = 1000;

bool has_reply(const relay_report& report) {
  return std::ranges::any_of(report.results, [](const result_group& group) {
    return group.outcome == letter_state::accepted || group.outcome == letter_state::refused ||
           group.outcome == letter_state::deferred;
  });
}

class group_queue final : public campaign_queue, public std::enable_shared_from_this<group_queue> {
public:
  group_queue(std::shared_ptr<relay_group_core> core,
              campaign_id campaign,
              letter_route route,
              relay::report_sink sink) :
      core_(std::move(core)), campaign_(campaign), route_(std::move(route)), sink_(std::move(sink)) {
    const auto serving = core_->roster().serving(route_);
    for (const auto member : serving)
      lanes_.emplace_back(member, core_->roster().is_standby(member, route_) ? role::standby : role::primary);
    for (std::size_t member = 0; member < core_->size(); ++member)
      if (std::ranges::find(serving, member) == serving.end())
        lanes_.emplace_back(member, role::none);
    for (auto& one : lanes_) {
      one.fill = fill_of(one, 0);
      one.counted_from = core_->now();
    }
  }

  /// There is an open lane from the beginning: a withdrawal is answered on its relay's thread.
  void begin() {
    const std::lock_guard guard(mutex_);
    open(lanes_.front());
  }

  void offer(batch_part letters) override {
    if (letters.size() == 0)
      return;
    const std::lock_guard guard(mutex_);
    auto& line = letters.from->relay ? bound_[*letters.from->relay] : waiting_;
    line.push_back(std::move(letters));
    if (!is_withdrawn_) // else the last report gives it back; behind that one, nobody took it
      feed();
  }
  void grant(letter_ranges letters) override {
    const std::lock_guard guard(mutex_);
    each_holding(letters, [](lane& one, letter_ranges here) { one.queue->grant(std::move(here)); });
  }
  void deny(letter_ranges letters) override {
    const std::lock_guard guard(mutex_);
    each_holding(letters, [](lane& one, letter_ranges here) {
      one.denied.add(here);
      one.queue->deny(std::move(here));
    });
  }
  void withdraw() override {
    const std::lock_guard guard(mutex_);
    if (std::exchange(is_withdrawn_, true))
      return;
    for (auto& one : lanes_)
      if (one.queue && !std::exchange(one.is_recalled, true))
        one.queue->withdraw();
  }

private:
  /// What a relay is to the campaign; of `none` only letters that are bound to it.
  enum class role : std::uint8_t { primary, standby, none };

  struct lane {
    lane(std::size_t of, role has) : member(of), plays(has) {}
    std::size_t member;
    role plays;
    std::shared_ptr<campaign_queue> queue; ///< none: not opened
    std::uint64_t opened = 0;              ///< which queue it is: late reports of another are none of its
    bool is_recalled = false;              ///< withdrawn; its end is awaited
    bool is_trying = false;                ///< its letter finds out whether its relay works again
    bool was_away = false;                 ///< its letters went to others
    std::unordered_map<letter_index, batch_part> out; ///< offered, and not settled or handed back
    letter_ranges out_ranges;                         ///< the same
    letter_ranges denied;
    double turn = 0;         ///< letters given, by weight
    std::size_t fill = 0;    ///< so many may be out
    std::size_t settled = 0; ///< since `counted_from`
    moment counted_from;
  };

  const relay_place& place_of(const lane& one) const { return core_->roster().at(one.member); }
  relay& relay_of(const lane& one) const { return core_->through(one.member); }

  void open(lane& one) {
    one.opened = ++last_opened_;
    one.is_recalled = false;
    one.is_trying = false;
    one.denied.clear();
    const auto place = static_cast<std::size_t>(&one - lanes_.data());
    one.queue = relay_of(one).open(campaign_, route_,
                                   [to = weak_from_this(), place, opened = one.opened](relay_report report) {
                                     if (const auto here = to.lock())
                                       here->take(place, opened, std::move(report));
                                   });
  }

  template <class Tell>
  void each_holding(const letter_ranges& letters, Tell&& tell) {
    for (auto& one : lanes_)
      if (one.queue)
        if (auto here = common(letters, one.out_ranges); !here.empty())
          tell(one, std::move(here));
  }

  // -- what comes back ------------------------------------------------------------------------------

  void take(std::size_t place, std::uint64_t opened, relay_report report) {
    const std::lock_guard guard(mutex_);
    auto& one = lanes_[place];
    if (one.opened != opened || !one.queue)
      return;
    follow_health(one, report);
    keep_count(one, report);
    take_recalled(one, report);
    if (!report.wanted.empty() && !place_of(one).name.empty())
      report.named.push_back({place_of(one).name, report.wanted});
    if (std::exchange(report.withdraw_complete, false))
      end(one, report);
    if (!is_withdrawn_) {
      recall_from_failing();
      feed();
    }
    tell_condition(report);
    if (!report.empty())
      sink_(std::move(report));
  }

  void follow_health(lane& one, relay_report& report) {
    const auto fails = report.has_condition && report.failing;
    if (fails)
      core_->set_failing(one.member, report.trouble);
    else if (report.has_condition || has_reply(report))
      core_->set_working(one.member);
    if (fails || has_reply(report))
      one.is_trying = false;
    report.has_condition = false;
  }

  void keep_count(lane& one, const relay_report& report) {
    std::size_t settled = 0;
    for (const auto& group : report.results) {
      forget(one, group.letters);
      settled += group.letters.count();
    }
    for (const auto& some : report.throttled)
      forget(one, some.letters);
    one.settled += settled;
    const auto now = core_->now();
    const auto passed = now - one.counted_from;
    if (passed < fill_time && one.settled <= one.fill)
      return;
    const auto share =
        std::min(1.0, std::chrono::duration<double>(fill_time) / std::max(passed, moment::duration{1}));
    one.fill = fill_of(one, static_cast<std::size_t>(2 * share * static_cast<double>(one.settled)));
    one.settled = 0;
    one.counted_from = now;
  }

  /// How many letters may be out, where it settles so many in fill_time. Where weights differ a lighter one has letters for
  /// its share of the connections, and no more: so relays that are alike keep the weights.
  std::size_t fill_of(const lane& one, std::size_t settles) const {
    std::uint32_t heaviest = 0;
    auto is_equal = true;
    for (const auto& other : lanes_)
      if (other.plays == one.plays) {
        heaviest = std::max(heaviest, place_of(other).share.weight);
        is_equal = is_equal && place_of(other).share.weight == place_of(one).share.weight;
      }
    const auto in_hand = std::max<std::size_t>(relay_of(one).letters_in_flight_max(), 1);
    if (is_equal)
      return std::clamp(settles, in_hand, std::max(fill_max, in_hand));
    const auto weight = place_of(one).share.weight;
    return weight == heaviest ? in_hand
                              : std::max<std::size_t>(relay_of(one).connections_max() * weight / heaviest, 1);
  }

  void forget(lane& one, const letter_ranges& letters) {
    letters.for_each([&](letter_index index) { one.out.erase(index); });
    one.out_ranges.remove(letters);
  }

  /// What a relay gives back that was to have it no longer waits again; what its campaign denied goes on to it.
  void take_recalled(lane& one, relay_report& report) {
    if (report.handed_back.empty())
      return;
    if (one.is_recalled && !is_withdrawn_) {
      auto again = report.handed_back;
      again.remove(one.denied);
      report.handed_back.remove(again);
      std::vector<batch_part> parts;
      again.for_each([&](letter_index index) {
        if (const auto found = one.out.find(index); found != one.out.end())
          parts.push_back(found->second);
      });
      for (auto part = parts.rbegin(); part != parts.rend(); ++part)
        (part->from->relay ? bound_[*part->from->relay] : waiting_).push_front(std::move(*part));
      forget(one, again);
    }
    one.denied.remove(report.handed_back);
    forget(one, report.handed_back);
  }

  /// A lane's queue is gone. Where the campaign's is, too, the last one takes along what nobody has.
  void end(lane& one, relay_report& last) {
    one.queue.reset();
    one.is_recalled = false;
    one.out.clear();
    one.out_ranges.clear();
    one.denied.clear();
    const auto has_other =
        std::ranges::any_of(lanes_, [](const lane& other) { return other.queue != nullptr; });
    if (!is_withdrawn_) {
      one.was_away = true;
      if (!has_other)
        open(one);
      return;
    }
    if (has_other)
      return;
    for (const auto& part : std::exchange(waiting_, {}))
      add_letters(part, last.handed_back);
    for (const auto& [name, parts] : std::exchange(bound_, {}))
      for (const auto& part : parts)
        add_letters(part, last.handed_back);
    last.withdraw_complete = true;
  }

  static void add_letters(const batch_part& part, letter_ranges& to) {
    for (auto at = part.begin; at < part.end; ++at)
      to.add(part.from->letters[at].index);
  }

  /// The campaign's letters stand still only while all relays fail that serve it.
  void tell_condition(relay_report& report) {
    auto is_failing = true;
    for (const auto& one : lanes_)
      is_failing = is_failing && (one.plays == role::none || !works(one));
    if (!is_failing && !told_failing_)
      return;
    const auto trouble = is_failing ? core_->trouble(lanes_.front().member) : notice{};
    if (is_failing == told_failing_ && trouble == told_trouble_)
      return;
    told_failing_ = is_failing;
    told_trouble_ = trouble;
    report.has_condition = true;
    report.failing = is_failing;
    report.trouble = told_trouble_;
  }

  // -- what goes out --------------------------------------------------------------------------------

  bool works(const lane& one) const { return !core_->is_failing(one.member); }

  /// Those that letters may go to now: of the relays that work those that are no standbys, else standbys. Where none
  /// works all have some, to go on as soon as one does.
  std::vector<lane*> usable() {
    std::vector<lane*> found;
    for (const auto plays : {role::primary, role::standby}) {
      for (auto& one : lanes_)
        if (one.plays == plays && works(one))
          found.push_back(&one);
      if (!found.empty())
        return found;
    }
    for (auto& one : lanes_)
      if (one.plays != role::none)
        found.push_back(&one);
    return found;
  }

  /// A relay that fails keeps no letters that others could take, and where nothing else is left to do not even the one
  /// that tries it.
  void recall_from_failing() {
    const auto others = usable();
    if (!works(*others.front()))
      return;
    const auto is_over =
        waiting_.empty() && std::ranges::all_of(others, [](const lane* one) { return one->out.empty(); });
    for (auto& one : lanes_)
      if (one.queue && !one.is_recalled && !works(one) && has_free_letters(one) &&
          (!one.is_trying || is_over)) {
        one.is_recalled = true;
        one.queue->withdraw();
      }
  }

  static bool has_free_letters(const lane& one) {
    return std::ranges::any_of(one.out, [](const auto& letter) { return !letter.second.from->relay; });
  }

  void feed() {
    feed_bound();
    if (waiting_.empty())
      return;
    const auto lanes = usable();
    try_failed_ones(*lanes.front());
    while (!waiting_.empty()) {
      lane* next = nullptr;
      for (auto* one : lanes)
        if (room_of(*one) > 0 && (next == nullptr || one->turn < next->turn))
          next = one;
      if (next == nullptr)
        break;
      give(*next, waiting_, std::min(room_of(*next), turn_letters));
    }
  }

  void feed_bound() {
    for (auto& [name, parts] : bound_)
      if (auto& one = *lane_of(name); !one.is_recalled)
        while (!parts.empty())
          give(one, parts, parts.front().size());
  }

  /// The lane of that relay, which need not serve the campaign by itself.
  lane* lane_of(std::string_view name) {
    const auto found =
        std::ranges::find_if(lanes_, [&](const lane& one) { return place_of(one).name == name; });
    return found == lanes_.end() ? &lanes_.front() : &*found;
  }

  /// One that is behind its share has its whole relay for it: a lighter one with few letters out waits longer for their
  /// claims than one that has letters ahead.
  std::size_t room_of(const lane& one) const {
    if (one.is_recalled)
      return 0;
    const auto is_behind = std::ranges::any_of(lanes_, [&](const lane& other) {
      return other.queue && other.plays == one.plays && works(other) && other.turn > one.turn;
    });
    const auto fill = is_behind ? std::max(one.fill, relay_of(one).letters_in_flight_max()) : one.fill;
    return fill - std::min(fill, one.out.size());
  }

  void give(lane& to, std::deque<batch_part>& from, std::size_t letters) {
    if (!to.queue)
      open(to);
    // It does not get all that it missed.
    if (std::exchange(to.was_away, false))
      for (const auto& other : lanes_)
        if (other.queue && &other != &to)
          to.turn = std::max(to.turn, other.turn);
    auto& front = from.front();
    batch_part some{front.from, front.begin, std::min(front.end, front.begin + letters)};
    for (auto at = some.begin; at < some.end; ++at) {
      const auto index = some.from->letters[at].index;
      to.out.emplace(index, batch_part{some.from, at, at + 1});
      to.out_ranges.add(index);
    }
    to.turn += static_cast<double>(some.size()) / place_of(to).share.weight;
    front.begin = some.end;
    if (front.begin == front.end)
      from.pop_front();
    to.queue->offer(std::move(some));
  }

  bool are_several_waiting() const {
    return waiting_.size() > 1 || (!waiting_.empty() && waiting_.front().size() > 1);
  }

  /// Only with others behind it: the last letter finds out nothing.
  void try_failed_ones(const lane& in_use) {
    for (auto& one : lanes_)
      if (are_several_waiting() && one.plays != role::none && works(in_use) && !works(one) &&
          !one.is_recalled && one.out.empty() && core_->take_try(one.member)) {
        give(one, waiting_, 1);
        one.is_trying = true;
      }
  }

  std::shared_ptr<relay_group_core> core_;
  const campaign_id campaign_;
  const letter_route route_;
  const relay::report_sink sink_;
  std::mutex mutex_;
  std::vector<lane> lanes_;
  std::uint64_t last_opened_ = 0;
  std::deque<batch_part> waiting_;
  std::map<std::string, std::deque<batch_part>, std::less<>> bound_; ///< by relay
  bool is_withdrawn_ = false;
  bool told_failing_ = false;
  notice told_trouble_;
};

} // namespace

std::shared_ptr<campaign_queue> open_group_queue(std::shared_ptr<relay_group_core> core,
                                                 campaign_id campaign,
                                                 const letter_route& route,
                                                 relay::report_sink sink) {
  auto queue = std::make_shared<group_queue>(std::move(core), campaign, route, std::move(sink));
  queue->begin();
  return queue;
}

} // namespace sluice
