#include "actors/audit/chain_auditor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace sluice {

namespace {

/// Over all that lies under a record's key: two records with the same are copies of each other.
sha256_hash content_of(const raw_record& record) {
  return sha256(as_text(record.previous),
                {reinterpret_cast<const char*>(record.body.data()), record.body.size()});
}

std::string missing_words(event_number first, event_number last) {
  return first == last ? fmt::format("event {} is missing", first)
                       : fmt::format("events {} to {} are missing", first, last);
}

} // namespace

std::size_t chain_auditor::by_first_bytes::operator()(const sha256_hash& hash) const noexcept {
  std::size_t first = 0;
  std::memcpy(&first, hash.data(), sizeof first);
  return first;
}

void chain_auditor::follow(const raw_record& record) {
  const auto before = std::exchange(last_number_, record.number);
  const auto before_hash = std::exchange(last_hash_, record.hash);
  if (!broken_.empty() && broken_.back().number == before)
    broken_.back().is_last = false;
  if (record.number == 0) {
    note_(0, "there is a record with the number 0, which no event has");
    return;
  }
  if (!record.is_whole) {
    note_(record.number, "the record is cut short");
    return;
  }
  if (record.number != before + 1) {
    // What this one names is not there to be compared with.
    note_(before + 1, missing_words(before + 1, record.number - 1));
    return;
  }
  const auto expected = before == 0 ? sha256_hash{} : before_hash;
  if (record.previous == expected)
    return;
  if (!broken_.empty() && broken_.back().number == before)
    broken_.back().next_is_broken = true;
  if (broken_.size() < audit_faults_max)
    broken_.push_back(
        {.number = record.number, .before = before, .named = record.previous, .content = content_of(record)});
}

chain_auditor::hash_index chain_auditor::find_named(const journal& from, bool all_logs) const {
  hash_index found;
  std::size_t left = 0;
  for (const auto& link : broken_)
    left += found.emplace(link.named, place{}).second ? 1U : 0U;
  const auto search = [&](campaign_id campaign) {
    // What cannot be read was told by whoever followed that log.
    const auto read = from.read_raw(campaign, 1, [&](const raw_record& record) {
      if (const auto wanted = found.find(record.hash); wanted != found.end() && wanted->second.number == 0) {
        wanted->second = {campaign, record.number};
        --left;
      }
      return left > 0;
    });
    static_cast<void>(read.has_value());
  };
  search(campaign_);
  if (!all_logs || left == 0)
    return found;
  const auto all = from.campaigns();
  for (std::size_t at = 0; all && left > 0 && at < all->size(); ++at)
    if ((*all)[at] != campaign_)
      search((*all)[at]);
  return found;
}

std::string
chain_auditor::cause_of(const broken_link& link, const hash_index& named, const hash_index& contents) const {
  if (const auto twin = contents.find(link.content);
      twin != contents.end() && twin->second.number != link.number)
    return fmt::format("it repeats event {}", twin->second.number);
  if (link.named == sha256_hash{})
    return "it says that it is the first event of its log: it is foreign here, or was moved";
  if (const auto right = named.find(link.named); right != named.end() && right->second.number > 0) {
    const auto& found = right->second;
    if (found.campaign != campaign_)
      return fmt::format("it is foreign: it names event {} of {} as the one before it", found.number,
                         to_string(found.campaign));
    return fmt::format("it was moved: it names event {} as the one before it", found.number);
  }
  if (link.before == 0)
    return "the first event names an event before it: it is foreign here, or was altered";
  if (link.is_last)
    return fmt::format("it names another event {} than the one that is there: one of the two was altered",
                       link.before);
  return "it was altered, moved or put here: it does not name the event before it, and the event behind it "
         "names another";
}

void chain_auditor::explain(const journal& from, bool all_logs) {
  const auto named = find_named(from, all_logs);
  hash_index contents;
  for (const auto& link : broken_)
    contents.emplace(link.content, place{});
  const auto read = from.read_raw(campaign_, 1, [&](const raw_record& record) {
    if (!record.is_whole)
      return true;
    if (const auto wanted = contents.find(content_of(record));
        wanted != contents.end() && wanted->second.number == 0)
      wanted->second = {campaign_, record.number};
    return true;
  });
  static_cast<void>(read.has_value()); // told when the log was followed
  for (const auto& link : broken_) {
    const auto is_unknown = named.at(link.named).number == 0 && link.named != sha256_hash{};
    const auto is_repeat = contents.at(link.content).number != link.number;
    if (link.before > 0 && is_unknown && !is_repeat && !link.is_last && !link.next_is_broken)
      note_(link.before,
            fmt::format("it was altered: its hash is not the one that event {} names", link.number));
    else
      note_(link.number, cause_of(link, named, contents));
  }
}

} // namespace sluice
