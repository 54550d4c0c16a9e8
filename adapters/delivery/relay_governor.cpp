#include "adapters/delivery/relay_governor.hpp"

#include "actors/core/common_words.hpp"
#include "messages/address.hpp"

#include <algorithm>
#include <functional>

namespace sluice {

namespace {

/// What was taken for the account's is the letter's own when others passed so often meanwhile.
constexpr unsigned others_passed_max = 3;
/// So often a letter that is alone is tried, where others passed before it.
constexpr unsigned tries_alone_max = 8;
/// The same delay to so many letters is about the pace.
constexpr std::size_t delayed_max = 3;
/// Where a limit has a period, a probe finds its reset no later than after this part of it …
constexpr int probes_a_period = 24;
/// … and so many accepted letters show that it is over, and does not only give way as old ones leave its window.
constexpr std::uint64_t over_after_letters = 50;
/// However long the words say that it takes: words may be wrong, and a probe costs one try.
constexpr milliseconds account_delay_max = std::chrono::hours(1);
/// Letters that are remembered for their troubles.
constexpr std::size_t remembered_max = 10'000;
/// Domains whose pace is kept over a restart: more are seldom slowed at once, and the note stays small.
constexpr std::size_t domains_kept_max = 200;

bool is_delay_of_mailbox(const reply& said) {
  return said.enhanced.starts_with("4.1.") || said.enhanced.starts_with("4.2.");
}

bool is_greylisting(const reply& said) {
  std::string words = said.text;
  std::ranges::transform(words, words.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return words.find("greylist") != std::string::npos || words.find("graylist") != std::string::npos ||
         words.find("grey list") != std::string::npos;
}

} // namespace

relay_governor::relay_governor(reply_policy policy,
                               std::size_t connections_max,
                               milliseconds longest,
                               retry_delay account_delay) :
    policy_(std::move(policy)), longest_(longest), rate_(longest), connections_(connections_max),
    account_delay_(std::move(account_delay)) {}

relay_governor::trouble& relay_governor::note(std::map<key, trouble>& where, const key& letter) {
  if (where.size() >= remembered_max)
    where.erase(where.begin());
  return where[letter];
}

/// True at the third time, where others were accepted between one and the next.
bool relay_governor::is_own_after_all(std::map<key, trouble>& where, const letter_slot& letter) {
  auto& found = note(where, key_of(letter));
  if (found.times == 0 || accepted_ > found.accepted)
    ++found.times;
  found.accepted = accepted_;
  if (found.times < others_passed_max)
    return false;
  where.erase(key_of(letter));
  return true;
}

/// Others passed before it, and none is there that could show anything: in the end it is about the letter. But a limit
/// that has a period is over some time.
bool relay_governor::is_alone(const letter_slot& letter, const reply_meaning& meaning) const {
  return accepted_ > 0 && !meaning.period && refusals_in_a_row_ + 1 >= tries_alone_max &&
         refused_in_a_row_.size() == 1 && refused_in_a_row_.contains(key_of(letter));
}

disposition relay_governor::judge(const letter_slot& letter,
                                  const reply& said,
                                  smtp_step step,
                                  moment now,
                                  std::size_t open,
                                  std::size_t working) {
  const auto meaning = policy_.judge(said, step);
  const auto own = said.code < 500 ? letter_state::deferred : letter_state::refused;
  switch (meaning.about) {
  case reply_about::relay:
    return {.ends_session = true, .is_session_full = meaning.is_session_full};
  case reply_about::sender:
    // X.1.7 is about the mailbox in MAIL (RFC 3463), which no other letter has where each has its own.
    if (step == smtp_step::mail && letter.one->sender_bytes > 0 && said.enhanced.ends_with(".1.7"))
      return {.outcome = own};
    return {.refuses_sender = true};
  case reply_about::account:
    if (is_own_after_all(disowned_, letter) || is_alone(letter, meaning))
      return {.outcome = own};
    return on_account(letter, said, meaning, now);
  case reply_about::pace:
    if (!meaning.is_about_connections && step != smtp_step::mail && is_domains(letter, now))
      return {};
    return slow_down(said, meaning.is_about_connections, now, open, working);
  case reply_about::letter:
    break;
  }
  if (said.code < 500 && is_everybodys(letter, said))
    return slow_down(said, false, now, open, working);
  return {.outcome = own};
}

bool relay_governor::is_too_many(
    const reply& said, smtp_step step, moment now, std::size_t open, std::size_t working) {
  if (said.code < 400 || policy_.judge(said, step).about != reply_about::pace)
    return false;
  static_cast<void>(slow_down(said, true, now, open, working));
  return true;
}

/// True where others go on well meanwhile: a smarthost passes on what the recipients' server says. The first time it
/// cannot be known, and changes nothing.
bool relay_governor::is_domains(const letter_slot& letter, moment now) {
  constexpr std::uint64_t others_min = 3;
  constexpr std::uint64_t quiet_letters = 30; // accepted since anybody was asked last
  const auto domain = domain_of(letter.recipient());
  auto found = domains_.find(domain);
  const auto is_first = found == domains_.end();
  if (is_first) {
    if (domains_.size() >= remembered_max)
      domains_.erase(domains_.begin());
    found = domains_.emplace(std::string{domain}, domain_pace{longest_}).first;
  }
  auto& one = found->second;
  const auto others = accepted_ - one.accepted - one.own;
  const auto is_quiet = slowed_ == 0 || accepted_ - accepted_at_slow_ >= quiet_letters;
  const auto is_its_own = others >= others_min && (is_first ? is_quiet : slowed_ == one.slowed);
  accepted_at_slow_ = accepted_;
  one.accepted = accepted_;
  one.own = 0;
  one.slowed = ++slowed_;
  if (is_its_own && !is_first && one.rate.on_slow_down(now))
    ++domain_changes_;
  return is_its_own;
}

std::vector<std::pair<std::string, double>> relay_governor::domain_paces(moment now) {
  std::vector<std::pair<std::string, double>> paces;
  for (const auto& [domain, one] : domains_)
    paces.emplace_back(domain, one.rate.per_second(now).value_or(0));
  return paces;
}

pace_findings relay_governor::findings() const {
  pace_findings all{rate_.finding(), connections_.finding(), {}, slowed_by_};
  for (const auto& [domain, one] : domains_)
    if (const auto found = one.rate.finding())
      all.domains.emplace_back(domain, *found);
  std::ranges::stable_sort(all.domains, std::greater{}, [](const auto& one) { return one.second.found_at; });
  if (all.domains.size() > domains_kept_max)
    all.domains.resize(domains_kept_max);
  return all;
}

void relay_governor::recall(const pace_findings& before, moment now) {
  if (before.rate)
    rate_.recall(*before.rate, now);
  if (before.connections)
    connections_.recall(*before.connections, now);
  for (const auto& [domain, found] : before.domains) {
    domains_.try_emplace(domain, longest_).first->second.rate.recall(found, now);
    ++domain_changes_;
  }
  slowed_by_ = before.words;
}

/// A server that puts off one after the other in the same words does not speak of them.
bool relay_governor::is_everybodys(const letter_slot& letter, const reply& said) {
  if (is_delay_of_mailbox(said) || is_greylisting(said))
    return false;
  auto words = std::to_string(said.code) + said.enhanced + common_words(said.text);
  if (words != delayed_by_) {
    delayed_by_ = std::move(words);
    delayed_.clear();
  }
  delayed_.insert(key_of(letter));
  return delayed_.size() >= delayed_max;
}

disposition relay_governor::slow_down(
    const reply& said, bool is_about_connections, moment now, std::size_t open, std::size_t working) {
  const auto has_changed =
      is_about_connections ? connections_.on_slow_down(now, open, working) : rate_.on_slow_down(now);
  if (has_changed)
    slowed_by_ = to_line(said);
  return {.frees_connection = is_about_connections && open > connections_.limit()};
}

/// Growing delays; not before the words say that it is over.
milliseconds relay_governor::probe_delay(const reply_meaning& meaning) {
  const auto delay =
      meaning.period ? account_delay_.next(*meaning.period / probes_a_period) : account_delay_.next();
  return std::max(delay, std::min(meaning.again_in.value_or(delay), account_delay_max));
}

disposition relay_governor::on_account(const letter_slot& letter,
                                       const reply& said,
                                       const reply_meaning& meaning,
                                       moment now) {
  ++refusals_in_a_row_;
  refused_in_a_row_.insert(key_of(letter));
  if (refused_in_a_row_.size() > remembered_max)
    refused_in_a_row_.clear();
  // One may be of its letter; those behind it show whether it is.
  if (refusals_in_a_row_ < 2)
    return {};
  const auto has_tried = !is_refusing_ || now >= open_from_;
  is_refusing_ = true;
  trouble_ = notice{"account_refuses", {{"reply", to_line(said)}}};
  if (has_tried)
    open_from_ = now + probe_delay(meaning);
  is_periodic_ = meaning.period.has_value();
  accepted_at_refusal_ = accepted_;
  return {};
}

void relay_governor::on_accepted(const letter_slot& letter, moment now) {
  ++accepted_;
  rate_.on_accepted(now);
  connections_.on_accepted(now);
  if (!domains_.empty())
    if (const auto found = domains_.find(domain_of(letter.recipient())); found != domains_.end()) {
      ++found->second.own;
      const auto before = found->second.rate.changes();
      found->second.rate.on_accepted(now);
      domain_changes_ += found->second.rate.changes() - before;
    }
  delayed_.clear();
  blamed_.clear();
  deaths_ = 0;
  refused_in_a_row_.clear();
  refusals_in_a_row_ = 0;
  is_refusing_ = false;
  if (!is_periodic_ || accepted_ - accepted_at_refusal_ >= over_after_letters)
    account_delay_.reset();
  if (!dying_.empty())
    dying_.erase(key_of(letter));
  if (!disowned_.empty())
    disowned_.erase(key_of(letter));
}

bool relay_governor::is_deadly(const letter_slot& letter, bool is_alone) {
  blamed_.insert(key_of(letter));
  ++deaths_;
  auto& found = note(dying_, key_of(letter));
  if (++found.times == 1)
    found.accepted = accepted_;
  const auto have_others_passed = accepted_ > found.accepted;
  if (found.times < deaths_max || !(have_others_passed || is_alone))
    return false;
  dying_.erase(key_of(letter));
  blamed_.erase(key_of(letter));
  return true;
}

} // namespace sluice
