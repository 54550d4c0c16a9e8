#include "persistence/memory/journal.hpp"

#include "messages/masked_address.hpp"
#include "persistence/hash_chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

namespace sluice {

namespace {

/// A copy of a log's end, so that appends may go on while it is read.
class copied_records final : public record_source {
public:
  copied_records(std::vector<std::string> values, event_number first) :
      values_(std::move(values)), first_(first) {}

  bool next(event_number& number, std::string_view& value) override {
    if (index_ >= values_.size())
      return false;
    number = first_ + index_;
    value = values_[index_++];
    return true;
  }
  result<void> outcome() const override { return {}; }

private:
  std::vector<std::string> values_;
  event_number first_;
  std::size_t index_ = 0;
};

} // namespace

void memory_journal::append(append_request request, append_done done) {
  done(append(request));
}

result<event_number> memory_journal::append(append_request& request) {
  const std::lock_guard guard(mutex_);
  if (request.campaign == campaign_id{} && request.events.empty() && request.key) {
    keys_.insert_or_assign(request.key->key, *request.key);
    return event_number{0};
  }
  const auto known = logs_.find(request.campaign);
  const auto last = known == logs_.end() ? event_number{0} : known->second.values.size();
  if (last != request.expected_last)
    return log_ends_elsewhere(request.campaign, last, request.expected_last);
  for (const auto& event : request.events)
    put(logs_[request.campaign], request.campaign, journal_record(event));
  last_campaign_ = std::max(last_campaign_, request.campaign);
  if (request.key)
    keys_.insert_or_assign(request.key->key, *request.key);
  return last + request.events.size();
}

void memory_journal::put(chained_log& log, campaign_id campaign, journal_record record) {
  log.last_hash = record.seal(campaign, log.values.size() + 1, log.last_hash);
  log.values.emplace_back(record.value());
}

event_number memory_journal::append_to_house(const house_event& what) {
  const std::lock_guard guard(mutex_);
  auto& log = logs_[house_log_id];
  put(log, house_log_id, journal_record(what));
  return log.values.size();
}

result<event_number>
memory_journal::remove(campaign_id campaign, const log_head& end, const house_event& what) {
  const std::lock_guard guard(mutex_);
  const auto known = logs_.find(campaign);
  const auto there = known == logs_.end() ? log_head{} : head_of(known->second);
  if (there != end || there.number == 0)
    return log_ends_elsewhere(campaign, there.number, end.number);
  auto& log = logs_[house_log_id];
  put(log, house_log_id, journal_record(what));
  logs_.erase(campaign);
  return log.values.size();
}

std::vector<std::string> memory_journal::records_from(campaign_id campaign, event_number first) const {
  const std::shared_lock guard(mutex_);
  const auto known = logs_.find(campaign);
  if (known == logs_.end() || first > known->second.values.size())
    return {};
  return {known->second.values.begin() + static_cast<std::ptrdiff_t>(first - 1), known->second.values.end()};
}

result<void> memory_journal::read(campaign_id campaign,
                                  event_number from,
                                  const std::function<bool(const stored_event&)>& visit) const {
  const auto first = from > 1 ? from - 1 : 1;
  copied_records records(records_from(campaign, first), first);
  return visit_events(records, campaign, from, visit);
}

result<void> memory_journal::read_raw(campaign_id campaign,
                                      event_number from,
                                      const std::function<bool(const raw_record&)>& visit) const {
  const auto first = std::max<event_number>(from, 1);
  copied_records records(records_from(campaign, first), first);
  return visit_raw_records(records, campaign, from, visit);
}

result<log_head> memory_journal::head(campaign_id campaign) const {
  const std::shared_lock guard(mutex_);
  const auto known = logs_.find(campaign);
  if (known == logs_.end())
    return log_head{};
  return head_of(known->second);
}

result<std::vector<campaign_id>> memory_journal::campaigns() const {
  const std::shared_lock guard(mutex_);
  std::vector<campaign_id> found;
  for (const auto& [campaign, log] : logs_)
    if (campaign != house_log_id)
      found.push_back(campaign);
  return found;
}

result<std::optional<key_record>> memory_journal::find_key(std::string_view key) const {
  const std::shared_lock guard(mutex_);
  const auto known = keys_.find(std::string(key));
  if (known == keys_.end())
    return std::nullopt;
  return known->second;
}

void memory_journal::forget_keys_naming(std::string_view address) {
  const std::lock_guard guard(mutex_);
  std::erase_if(keys_, [&](const auto& kept) {
    return names_address(kept.first, address) || names_address(kept.second.response, address);
  });
}

campaign_id memory_journal::last_campaign() const {
  const std::shared_lock guard(mutex_);
  return last_campaign_;
}

std::optional<sha256_hash> memory_journal::hash_of(campaign_id campaign, event_number number) const {
  const std::shared_lock guard(mutex_);
  const auto known = logs_.find(campaign);
  if (known == logs_.end() || number == 0 || number > known->second.values.size())
    return std::nullopt;
  return record_hash(campaign, number, known->second.values[number - 1]);
}

} // namespace sluice
