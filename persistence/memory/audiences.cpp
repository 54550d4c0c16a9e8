#include "persistence/memory/audiences.hpp"

#include "messages/address.hpp"
#include "persistence/audience_rows.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace sluice {

class memory_audiences::writer final : public audience_writer {
public:
  writer(memory_audiences& store, audience_draft draft) : store_(store), draft_(std::move(draft)) {}

  result<std::uint16_t> column(std::string_view name) override { return draft_.column(name); }

  result<bool> add(const recipient& row) override {
    if (!audience_)
      return failure(error_code::internal, "the audience was committed; it takes no more rows");
    if (auto checked = draft_.check_row(row); !checked)
      return std::unexpected(checked.error());
    if (!audience_->index_of.emplace(folded(row.email), draft_.size()).second)
      return false;
    std::string bytes;
    draft_.take(row, bytes);
    audience_->rows.push_back(row);
    return true;
  }

  void rename(std::string name) override { draft_.rename(std::move(name)); }
  void describe(import_record how) override { how_ = std::move(how); }

  result<audience_info> commit() override {
    auto whole = finish();
    if (!whole)
      return std::unexpected(whole.error());
    const std::lock_guard guard(store_.mutex_);
    store_.audiences_.emplace((*whole)->info.id, *whole);
    return (*whole)->info;
  }

  /// The audience, which is in no store yet; the writer takes no more rows.
  result<audience_ptr> finish() {
    if (!audience_)
      return failure(error_code::internal, "the audience was committed before");
    auto info = draft_.finish();
    if (!info)
      return std::unexpected(info.error());
    audience_->info = *std::move(info);
    audience_->how = std::move(how_);
    return std::exchange(audience_, nullptr);
  }

private:
  memory_audiences& store_;
  audience_draft draft_;
  std::optional<import_record> how_;
  std::shared_ptr<audience> audience_ = std::make_shared<audience>();
};

result<std::unique_ptr<audience_writer>> memory_audiences::begin(std::string name, timestamp now) {
  const std::lock_guard guard(mutex_);
  return std::make_unique<writer>(*this, audience_draft({next_id_++}, std::move(name), now));
}

result<std::vector<audience_info>>
memory_audiences::commit_all(std::span<const std::unique_ptr<audience_writer>> writers,
                             const audience_key_maker& key) {
  std::vector<audience_ptr> wholes;
  for (const auto& one : writers) {
    auto whole = static_cast<writer&>(*one).finish();
    if (!whole)
      return std::unexpected(whole.error());
    wholes.push_back(*std::move(whole));
  }
  std::vector<audience_info> made;
  const std::lock_guard guard(mutex_);
  for (auto& whole : wholes) {
    made.push_back(whole->info);
    audiences_.emplace(whole->info.id, std::move(whole));
  }
  if (key)
    journal_.append({.campaign = {}, .expected_last = 0, .events = {}, .key = key(made)},
                    [](const result<event_number>&) {});
  return made;
}

result<audience_info> memory_audiences::rename(audience_id id, std::string name) {
  const std::lock_guard guard(mutex_);
  const auto known = audiences_.find(id);
  if (known == audiences_.end())
    return missing(id);
  auto renamed = std::make_shared<audience>(*known->second);
  renamed->info.name = std::move(name);
  known->second = renamed;
  return renamed->info;
}

result<void> memory_audiences::remove(audience_id id, timestamp now) {
  const std::lock_guard guard(mutex_);
  const auto known = audiences_.find(id);
  if (known == audiences_.end())
    return missing(id);
  deleted_.emplace(id, deleted{known->second->info.name, now});
  audiences_.erase(known);
  return {};
}

std::unexpected<error> memory_audiences::missing(audience_id id) const {
  const auto gone = deleted_.find(id);
  return gone == deleted_.end() ? no_such_audience(id)
                                : audience_was_deleted(id, gone->second.name, gone->second.at);
}

result<memory_audiences::audience_ptr> memory_audiences::get(audience_id id) const {
  const std::shared_lock guard(mutex_);
  const auto known = audiences_.find(id);
  if (known == audiences_.end())
    return missing(id);
  return known->second;
}

result<audience_info> memory_audiences::info(audience_id id) const {
  const auto known = get(id);
  if (!known)
    return std::unexpected(known.error());
  return (*known)->info;
}

result<std::vector<audience_info>> memory_audiences::list() const {
  const std::shared_lock guard(mutex_);
  std::vector<audience_info> all;
  for (const auto& [id, known] : audiences_)
    all.push_back(known->info);
  return all;
}

result<recipient_rows> memory_audiences::read_rows(audience_id id,
                                                   letter_index first,
                                                   std::size_t count,
                                                   std::size_t bytes_max) const {
  const auto known = get(id);
  if (!known)
    return std::unexpected(known.error());
  const auto& rows = (*known)->rows;
  const auto begin = std::min<std::size_t>(first, rows.size());
  const auto end = begin + std::min(count, rows.size() - begin);
  std::string bytes;
  for (auto row = begin; row < end; ++row) {
    const auto before = bytes.size();
    encode_row(rows[row], bytes);
    if (bytes.size() > bytes_max && row > begin) {
      bytes.resize(before);
      break;
    }
  }
  return recipient_rows({bytes.begin(), bytes.end()});
}

result<std::optional<import_summary>> memory_audiences::import_of(audience_id id) const {
  const auto known = get(id);
  return known && (*known)->how ? std::optional((*known)->how->summary) : std::nullopt;
}

result<std::vector<left_out_entry>> memory_audiences::left_out(audience_id id) const {
  const auto known = get(id);
  return known && (*known)->how ? (*known)->how->left_out : std::vector<left_out_entry>{};
}

result<std::vector<std::optional<letter_index>>>
memory_audiences::find_all(audience_id id, std::span<const std::string_view> emails) const {
  const auto known = get(id);
  if (!known)
    return std::unexpected(known.error());
  std::vector<std::optional<letter_index>> places;
  places.reserve(emails.size());
  for (const auto email : emails) {
    const auto found = (*known)->index_of.find(folded(email));
    places.push_back(found == (*known)->index_of.end() ? std::nullopt : std::optional(found->second));
  }
  return places;
}

} // namespace sluice
