#include "tests/simulation/simulated_relay.hpp"

#include "messages/address.hpp"
#include "tests/simulation/rules_observer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace sluice::simulation {

class simulated_relay::queue final : public campaign_queue {
public:
  queue(campaign_id whose, report_sink to) : campaign(whose), sink(std::move(to)) {}

  void offer(batch_part letters) override {
    for (auto at = letters.begin; at < letters.end; ++at)
      offered.emplace_back(letters.from, &letters.from->letters[at]);
  }
  void grant(letter_ranges letters) override {
    letters.for_each([&](letter_index index) {
      if (wanted.contains(index))
        granted.insert(index);
    });
  }
  void deny(letter_ranges letters) override {
    letters.for_each([&](letter_index index) {
      if (wanted.erase(index) > 0)
        news.handed_back.add(index);
    });
  }
  void withdraw() override { is_withdrawn = true; }

  using place = std::pair<batch_ptr, const letter*>;

  campaign_id campaign;
  report_sink sink;
  std::deque<place> offered;
  std::map<letter_index, place> wanted;  ///< on a connection, perhaps granted
  std::set<letter_index> granted;        ///< of those, the ones that may be sent
  std::map<letter_index, fate> replying; ///< the end of data was sent
  bool is_withdrawn = false;
  bool withdraw_complete = false;
  bool is_failing = false; ///< as last told
  relay_report news;
};

simulated_relay::simulated_relay(
    dice& chance, std::size_t connections, watchers told, std::string name, std::string server) :
    chance_(chance), connections_(connections), told_(std::move(told)), name_(std::move(name)),
    server_(std::move(server)) {}

simulated_relay::~simulated_relay() = default;

std::shared_ptr<campaign_queue>
simulated_relay::open(campaign_id campaign, const letter_route&, report_sink sink) {
  auto made = std::make_shared<queue>(campaign, std::move(sink));
  queues_.push_back(made);
  return made;
}

std::size_t simulated_relay::busy_connections() const {
  std::size_t busy = 0;
  for (const auto& weak : queues_)
    if (const auto one = weak.lock())
      busy += one->wanted.size() + one->replying.size();
  return busy;
}

simulated_relay::fate simulated_relay::throw_fate() {
  if (mood.refuses_everybody)
    return fate::spam;
  auto thrown = chance_.below(1000);
  const auto falls_into = [&](unsigned times) {
    if (thrown < times)
      return true;
    thrown -= times;
    return false;
  };
  if (falls_into(mood.refuses))
    return fate::refused;
  if (falls_into(mood.refuses_as_spam))
    return fate::spam;
  if (falls_into(mood.defers))
    return fate::deferred;
  if (falls_into(mood.cuts_after_end))
    return chance_.below(2) == 0 ? fate::cut_and_delivered : fate::cut_and_lost;
  return fate::accepted;
}

bool simulated_relay::step() {
  std::erase_if(queues_, [](const auto& weak) { return weak.expired(); });
  if (queues_.empty())
    return false;
  if (chance_.per_mille(mood.stalls))
    return true;
  const auto first = chance_.below(queues_.size());
  for (std::size_t at = 0; at < queues_.size(); ++at) {
    const auto one = queues_[(first + at) % queues_.size()].lock();
    if (one && (step(*one) || report(one)))
      return true;
  }
  return false;
}

bool simulated_relay::step(queue& of) {
  report_condition(of);
  // Half of the time what is there is reported first, so that reports are of every size.
  if (!of.news.empty() && chance_.below(2) == 0)
    return false;
  switch (chance_.below(3)) {
  case 0:
    return take_letter(of) || send_letter(of) || answer_letter(of);
  case 1:
    return send_letter(of) || answer_letter(of) || take_letter(of);
  default:
    return answer_letter(of) || take_letter(of) || send_letter(of);
  }
}

void simulated_relay::report_condition(queue& of) const {
  if (of.is_failing != mood.is_away && (!of.offered.empty() || !of.wanted.empty())) {
    of.is_failing = mood.is_away;
    of.news.has_condition = true;
    of.news.failing = mood.is_away;
    of.news.trouble = mood.is_away ? notice{"cannot_connect", {{"fault", "away"}}} : notice{};
  }
  if (!of.is_withdrawn)
    return;
  for (const auto& [letters, one] : of.offered)
    of.news.handed_back.add(one->index);
  of.offered.clear();
  if (of.wanted.empty() && of.replying.empty() && !std::exchange(of.withdraw_complete, true))
    of.news.withdraw_complete = true;
}

bool simulated_relay::take_letter(queue& of) {
  if (mood.is_away || of.is_withdrawn || of.offered.empty() || busy_connections() >= connections_)
    return false;
  const auto [letters, one] = of.offered.front();
  of.offered.pop_front();
  if (chance_.per_mille(mood.throttles)) {
    told_.on_throttle(of.campaign);
    of.news.throttled.push_back({std::string{domain_of(letters->recipient_of(*one))},
                                 {{one->index, one->index + 1}},
                                 milliseconds{chance_.between(1, 500)},
                                 1 + chance_.below(3)});
    return true;
  }
  if (!of.wanted.emplace(one->index, std::pair{letters, one}).second)
    throw broken_rule(fmt::format("{} letter {} is offered twice", to_string(of.campaign), one->index));
  of.news.wanted.add(one->index);
  return true;
}

bool simulated_relay::send_letter(queue& of) {
  const auto is_cut = of.is_withdrawn || mood.is_away;
  if (of.granted.empty() || (is_slow && !is_cut))
    return false;
  auto at = of.granted.begin();
  std::advance(at, chance_.below(of.granted.size()));
  const auto index = *at;
  of.granted.erase(at);
  const auto taken = of.wanted.extract(index);
  const auto& [letters, one] = taken.mapped();
  if (is_cut || chance_.per_mille(mood.cuts_before_end)) {
    of.news.results.push_back({letter_state::pending,
                               {{index, index + 1}},
                               {0, "", "the connection was cut before the end of data"}});
    return true;
  }
  if (chance_.per_mille(mood.refuses_sender)) {
    const reply said{550, "5.7.60", "not allowed to send as this sender"};
    of.news.results.push_back({letter_state::pending, {{index, index + 1}}, said});
    of.news.sender_refused = said;
    return true;
  }
  const auto message = letters->message_of(*one);
  const transmission sent{of.campaign, name_, server_, index, std::string{letters->recipient_of(*one)},
                          message};
  told_.on_end_of_data(sent);
  const auto fate_of_it = throw_fate();
  if (fate_of_it == fate::accepted || fate_of_it == fate::cut_and_delivered)
    told_.on_delivery(sent);
  of.replying.emplace(index, fate_of_it);
  return true;
}

bool simulated_relay::answer_letter(queue& of) {
  if (of.replying.empty())
    return false;
  auto at = of.replying.begin();
  std::advance(at, chance_.below(of.replying.size()));
  const letter_ranges letter{{at->first, at->first + 1}};
  const auto settle = [&](letter_state outcome, reply answer) {
    of.news.results.push_back({outcome, letter, std::move(answer)});
  };
  switch (at->second) {
  case fate::accepted:
    settle(letter_state::accepted, {250, "2.0.0", "Ok"});
    break;
  case fate::refused:
    settle(letter_state::refused, {550, "5.1.1", "no such mailbox"});
    break;
  case fate::spam:
    settle(letter_state::refused, {554, "5.7.1", "looks like spam"});
    break;
  case fate::deferred:
    settle(letter_state::deferred, {451, "4.3.0", "try again later"});
    break;
  case fate::cut_and_delivered:
  case fate::cut_and_lost:
    settle(letter_state::in_doubt, {0, "", "the connection was cut after the end of data"});
    break;
  }
  of.replying.erase(at);
  return true;
}

bool simulated_relay::report(const std::shared_ptr<queue>& of) {
  if (of->news.empty())
    return false;
  of->sink(std::exchange(of->news, {}));
  return true;
}

void simulated_relay::stop() {
  for (const auto& weak : queues_)
    if (const auto one = weak.lock())
      one->is_withdrawn = true;
  while (step()) {
  }
}

} // namespace sluice::simulation
