#include "persistence/memory/audiences.hpp"

#include "messages/address.hpp"
#include "persistence/audience_rows.hpp"
#include "persistence/memory/house_log.hpp"

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
    audience_->entry_begins.push_back(audience_->chunk.size());
    draft_.take(row, audience_->chunk);
    return true;
  }

  void rename(std::string name) override { draft_.rename(std::move(name)); }
  void describe(import_record how) override { how_ = std::move(how); }

  result<audience_info> commit(const act& done) override {
    auto whole = finish();
    if (!whole)
      return std::unexpected(whole.error());
    const std::lock_guard guard(store_.mutex_);
    if (auto told = store_.tell_of(**whole, done); !told)
      return std::unexpected(told.error());
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
    for (auto& block : draft_.take_blocks())
      audience_->blocks.emplace(std::pair(block.level, block.index), std::move(block.hashes));
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
  const audience_id id{next_id_++};
  return std::make_unique<writer>(
      *this, audience_draft(id, std::move(name), now, "salt of audience " + to_string(id)));
}

result<std::vector<audience_info>>
memory_audiences::commit_all(std::span<const std::unique_ptr<audience_writer>> writers,
                             const act& done,
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
    if (auto told = tell_of(*whole, done); !told)
      return std::unexpected(told.error());
    made.push_back(whole->info);
    audiences_.emplace(whole->info.id, std::move(whole));
  }
  if (key)
    journal_.append({.campaign = {}, .expected_last = 0, .events = {}, .key = key(made)},
                    [](const result<event_number>&) {});
  return made;
}

result<audience_info> memory_audiences::rename(audience_id id, std::string name, const act& done) {
  const std::lock_guard guard(mutex_);
  const auto known = audiences_.find(id);
  if (known == audiences_.end())
    return missing(id);
  if (auto told =
          house_.record({{done.at, done.by, house::audience_renamed{id, name, known->second->info.name}}});
      !told)
    return std::unexpected(told.error());
  auto renamed = std::make_shared<audience>(*known->second);
  renamed->info.name = std::move(name);
  known->second = renamed;
  return renamed->info;
}

result<void> memory_audiences::remove(audience_id id, const act& done) {
  const std::lock_guard guard(mutex_);
  const auto known = audiences_.find(id);
  if (known == audiences_.end())
    return missing(id);
  const auto& info = known->second->info;
  if (auto told =
          house_.record({{done.at, done.by, house::audience_deleted{id, info.name, info.size, info.hash}}});
      !told)
    return std::unexpected(told.error());
  deleted_.emplace(id, deleted{info.name, done.at});
  audiences_.erase(known);
  return {};
}

result<void> memory_audiences::tell_of(const audience& made, const act& done) {
  const auto& info = made.info;
  const auto told =
      house_.record({{done.at, done.by, house::audience_imported{info.id, info.name, info.size, info.hash}}});
  return told ? result<void>{} : std::unexpected(told.error());
}

std::unexpected<error> memory_audiences::missing(audience_id id) const {
  const auto gone = deleted_.find(id);
  return gone == deleted_.end() ? no_such_audience(id)
                                : audience_was_deleted(id, gone->second.name, gone->second.at);
}

std::vector<erasure::place> memory_audiences::erase(std::string_view address) {
  std::vector<erasure::place> places;
  const auto target = folded(address);
  const std::lock_guard guard(mutex_);
  for (auto& [id, known] : audiences_) {
    const auto found = known->index_of.find(target);
    if (found == known->index_of.end())
      continue;
    const auto row = found->second;
    auto changed = std::make_shared<audience>(*known);
    const auto& begins = changed->entry_begins;
    const std::string_view chunk = known->chunk;
    auto from_it = chunk.substr(begins[row]);
    const auto entry = take_entry(from_it);
    changed->chunk = *with_erased(chunk, row, entry->leaf_hash());
    // Later entries move, to either side: what is wrapped around comes back.
    const auto moved = changed->chunk.size() - chunk.size();
    for (auto later = std::size_t{row} + 1; later < changed->entry_begins.size(); ++later)
      changed->entry_begins[later] += moved;
    changed->index_of.erase(target);
    changed->index_of.emplace(erased_target(house_.hide()(target)), row);
    known = changed;
    places.push_back({id, row});
  }
  return places;
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
  const auto& begins = (*known)->entry_begins;
  const auto& chunk = (*known)->chunk;
  const auto end_of = [&](std::size_t row) {
    return row + 1 < begins.size() ? begins[row + 1] : chunk.size();
  };
  const auto begin = std::min<std::size_t>(first, begins.size());
  auto end = begin + std::min(count, begins.size() - begin);
  if (begin == end)
    return recipient_rows();
  while (end > begin + 1 && end_of(end - 1) - begins[begin] > bytes_max)
    --end;
  return recipient_rows({chunk.begin() + static_cast<std::ptrdiff_t>(begins[begin]),
                         chunk.begin() + static_cast<std::ptrdiff_t>(end_of(end - 1))});
}

result<std::string> memory_audiences::tree_hashes(audience_id id, unsigned level, std::uint32_t index) const {
  const auto known = get(id);
  if (!known)
    return std::unexpected(known.error());
  const auto block = (*known)->blocks.find({level, index});
  return block == (*known)->blocks.end() ? std::string{} : block->second;
}

result<void>
memory_audiences::keep_root(const audience_info&, const std::string&, const std::vector<tree_block>&) {
  return failure(error_code::internal, "an audience in memory has a tree from the beginning");
}

result<void> memory_audiences::visit_addresses(
    audience_id id, const std::function<void(std::string_view address, letter_index row)>& visit) const {
  const auto known = get(id);
  if (!known)
    return std::unexpected(known.error());
  for (const auto& [address, row] : (*known)->index_of)
    visit(is_erased_target(address) ? std::string_view{} : address, row);
  return {};
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
  const auto& index_of = (*known)->index_of;
  for (const auto email : emails) {
    auto found = index_of.find(folded(email));
    if (found == index_of.end())
      found = index_of.find(erased_target(house_.hide()(folded(email))));
    places.push_back(found == index_of.end() ? std::nullopt : std::optional(found->second));
  }
  return places;
}

} // namespace sluice
