#include "adapters/http/house_acts.hpp"

#include "messages/address.hpp"
#include "messages/masked_address.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace sluice {

result<void> tell_of_export(node& engine,
                            const http_request& request,
                            std::string_view what,
                            std::string_view of,
                            std::uint64_t rows) {
  const auto by = request.done_at(engine.now());
  const auto recorded = engine.store().house().record(
      {{by.at, by.by, house::recipients_read{std::string(what), std::string(of), rows}}});
  return recorded ? result<void>{} : std::unexpected(recorded.error());
}

void page_reads::on_page(node& engine,
                         const http_request& request,
                         std::string_view what,
                         std::string_view of,
                         std::uint64_t rows) {
  if (rows < bulk_rows_min)
    return;
  const auto by = request.done_at(engine.now());
  {
    const std::lock_guard guard(mutex_);
    if (readers_.size() >= readers_max)
      std::erase_if(readers_, [&](const auto& one) { return one.second.told_at + told_every <= by.at; });
    auto& known = readers_[{by.by.token, std::string(what), std::string(of)}];
    known.rows += rows;
    if (known.told_at != timestamp{} && by.at < known.told_at + told_every)
      return;
    known.told_at = by.at;
    rows = std::exchange(known.rows, 0);
  }
  const auto recorded = engine.store().house().record(
      {{by.at, by.by, house::recipients_read{std::string(what), std::string(of), rows}}});
  if (!recorded)
    spdlog::error("the house's log has not taken that {} read {}: {}", by.by.name, what,
                  recorded.error().message);
}

std::optional<house::sign_ins_refused> refused_sign_ins::on_refused(timestamp now) {
  if (count_++ == 0)
    since_ = now;
  if (told_at_ != timestamp{} && now < told_at_ + told_every)
    return std::nullopt;
  told_at_ = now;
  return finish();
}

std::optional<house::sign_ins_refused> refused_sign_ins::finish() {
  if (count_ == 0)
    return std::nullopt;
  return house::sign_ins_refused{std::exchange(count_, 0), since_};
}

void tell_of_refused(node& engine, const house::sign_ins_refused& what) {
  const auto recorded = engine.store().house().record({{engine.now(), {}, what}});
  if (!recorded)
    spdlog::error("the house's log has not taken {} refused sign-ins: {}", what.count,
                  recorded.error().message);
}

std::optional<timestamp>
test_copy_quota::take(const std::string& token, std::size_t count, std::uint32_t per_hour, timestamp now) {
  const std::lock_guard guard(mutex_);
  auto& sent = sent_[token];
  while (!sent.empty() && sent.front() + within <= now)
    sent.pop_front();
  if (sent.size() + count > per_hour)
    return sent.empty() ? now + within : sent.front() + within;
  sent.insert(sent.end(), count, now);
  return std::nullopt;
}

void tell_of_test_copies(node& engine,
                         const act& by,
                         campaign_id campaign,
                         letter_index letter,
                         const std::vector<test_copy_result>& results) {
  std::vector<house_event> events;
  for (const auto& one : results)
    events.push_back({by.at, by.by,
                      house::test_copy_sent{.campaign = campaign,
                                            .letter = letter,
                                            .recipient = engine.store().hider()(folded(one.address)),
                                            .shown = masked_address(one.address),
                                            .outcome = std::string(name_of(one.outcome)),
                                            .reply = without_address(one.answer.text, one.address)}});
  // They are sent: what cannot be written is said where somebody looks.
  if (const auto recorded = engine.store().house().record(std::move(events)); !recorded)
    spdlog::error("the house's log has not taken test copies of {}: {}", to_string(campaign),
                  recorded.error().message);
}

} // namespace sluice
