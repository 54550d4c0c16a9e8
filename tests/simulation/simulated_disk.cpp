#include "tests/simulation/simulated_disk.hpp"

#include "persistence/memory/store.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sluice::simulation {

simulated_disk::simulated_disk(dice& chance, watcher on_durable) :
    chance_(chance), on_durable_(std::move(on_durable)), below_(make_memory_store()) {}

std::optional<error> simulated_disk::read_fault() const {
  if (now == health::broken)
    return error{error_code::storage_failed, "the simulated disk is broken"};
  return std::nullopt;
}

std::optional<error> simulated_disk::write_fault() const {
  if (now == health::full)
    return error{error_code::storage_failed, "the simulated disk is full"};
  return read_fault();
}

result<event_number> simulated_disk::keep(append_request request) {
  const auto campaign = request.campaign;
  const auto events = request.events;
  auto number = request.expected_last;
  std::optional<result<event_number>> answer;
  below_->journal().append(std::move(request), [&](result<event_number> last) { answer = std::move(last); });
  if (answer->has_value())
    for (const auto& one : events)
      on_durable_(campaign, ++number, one);
  return *answer;
}

void simulated_disk::sync(std::size_t count) {
  std::deque<waiting_append> group;
  while (count-- > 0 && !queue_.empty()) {
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  const auto fault = write_fault();
  // What is queued behind a write that fails may hang on it, and is refused, too.
  if (fault && !group.empty())
    std::ranges::move(std::exchange(queue_, {}), std::back_inserter(group));
  for (auto& one : group) {
    if (fault) {
      refused_.push_back(one.request);
      if (one.request.on_refused)
        one.request.on_refused();
      one.done(std::unexpected(*fault));
    } else {
      refused_.clear();
      one.done(keep(std::move(one.request)));
    }
    for (const auto& told : one.waiters)
      told();
  }
}

store_condition simulated_disk::condition() const {
  if (const auto fault = write_fault())
    return {false, {}, *fault};
  refused_.clear();
  return below_->condition();
}

void simulated_disk::crash() {
  // Either what was refused turns out to be there after all, or what was waiting got that far; the journal
  // lets nothing be there in part.
  std::vector<append_request> perhaps = std::exchange(refused_, {});
  for (auto& one : std::exchange(queue_, {}))
    perhaps.push_back(std::move(one.request));
  perhaps.resize(chance_.below(perhaps.size() + 1));
  for (auto& one : perhaps)
    (void)keep(std::move(one)); // one behind another that was refused meets a conflict and is not there
}

std::string simulated_disk::alter(audience_id id) {
  altered_.erase(id);
  const auto& made =
      altered_.emplace(id, alteration{altered_audience(chance_, imported(), id), chance_.below(4)})
          .first->second;
  return made.rows.what();
}

bool simulated_disk::is_durable(campaign_id campaign, event_number number) const {
  auto is_there = false;
  (void)below_->journal().read(campaign, number, [&](const stored_event& stored) {
    is_there = stored.number == number;
    return false;
  });
  return is_there;
}

void simulated_disk::queued_journal::append(append_request request, append_done done) {
  disk_.queue_.push_back({std::move(request), std::move(done), {}});
}

void simulated_disk::queued_journal::await_appends(std::function<void()> done) {
  if (disk_.queue_.empty())
    done();
  else
    disk_.queue_.back().waiters.push_back(std::move(done));
}

result<void> simulated_disk::queued_journal::read(
    campaign_id campaign, event_number from, const std::function<bool(const stored_event&)>& visit) const {
  if (const auto fault = disk_.read_fault())
    return std::unexpected(*fault);
  return disk_.below_->journal().read(campaign, from, visit);
}

result<void> simulated_disk::queued_journal::read_raw(
    campaign_id campaign, event_number from, const std::function<bool(const raw_record&)>& visit) const {
  return disk_.below_->journal().read_raw(campaign, from, visit);
}

result<log_head> simulated_disk::queued_journal::head(campaign_id campaign) const {
  return disk_.below_->journal().head(campaign);
}

result<std::vector<campaign_id>> simulated_disk::queued_journal::campaigns() const {
  if (!disk_.lists_campaigns)
    return failure(error_code::storage_failed, "the simulated disk lists no campaigns");
  return disk_.below_->journal().campaigns();
}

result<std::optional<key_record>> simulated_disk::queued_journal::find_key(std::string_view key) const {
  if (const auto fault = disk_.read_fault())
    return std::unexpected(*fault);
  return disk_.below_->journal().find_key(key);
}

result<std::unique_ptr<audience_writer>> simulated_disk::failing_audiences::begin(std::string name,
                                                                                  timestamp at) {
  return disk_.below_->audiences().begin(std::move(name), at);
}

result<std::vector<audience_info>>
simulated_disk::failing_audiences::commit_all(std::span<const std::unique_ptr<audience_writer>> writers,
                                              const act& done,
                                              const audience_key_maker& key) {
  return disk_.below_->audiences().commit_all(writers, done, key);
}

result<audience_info>
simulated_disk::failing_audiences::rename(audience_id id, std::string name, const act& done) {
  return disk_.below_->audiences().rename(id, std::move(name), done);
}

result<void> simulated_disk::failing_audiences::remove(audience_id id, const act& done) {
  return disk_.below_->audiences().remove(id, done);
}

result<audience_info> simulated_disk::failing_audiences::info(audience_id id) const {
  if (const auto fault = disk_.read_fault())
    return std::unexpected(*fault);
  return disk_.below_->audiences().info(id);
}

result<std::vector<audience_info>> simulated_disk::failing_audiences::list() const {
  return disk_.below_->audiences().list();
}

result<recipient_rows> simulated_disk::failing_audiences::read_rows(audience_id id,
                                                                    letter_index first,
                                                                    std::size_t count,
                                                                    std::size_t bytes_max) const {
  if (const auto fault = disk_.read_fault())
    return std::unexpected(*fault);
  bytes_max = std::min(bytes_max, disk_.row_bytes_max);
  if (const auto other = disk_.altered_.find(id); other != disk_.altered_.end()) {
    if (other->second.reads_before == 0)
      return other->second.rows.read_rows(first, count, bytes_max);
    --other->second.reads_before;
  }
  return disk_.below_->audiences().read_rows(id, first, count, bytes_max);
}

result<std::optional<import_summary>> simulated_disk::failing_audiences::import_of(audience_id id) const {
  return disk_.below_->audiences().import_of(id);
}

result<std::vector<left_out_entry>> simulated_disk::failing_audiences::left_out(audience_id id) const {
  return disk_.below_->audiences().left_out(id);
}

result<std::vector<std::optional<letter_index>>>
simulated_disk::failing_audiences::find_all(audience_id id, std::span<const std::string_view> emails) const {
  return disk_.below_->audiences().find_all(id, emails);
}

result<std::string>
simulated_disk::failing_audiences::tree_hashes(audience_id id, unsigned level, std::uint32_t index) const {
  if (const auto fault = disk_.read_fault())
    return std::unexpected(*fault);
  auto there = std::as_const(*disk_.below_).audiences().tree_hashes(id, level, index);
  if (const auto other = disk_.altered_.find(id);
      there && other != disk_.altered_.end() && other->second.reads_before == 0)
    return other->second.rows.tree_hashes(*std::move(there), level, index);
  return there;
}

result<void> simulated_disk::failing_audiences::keep_root(const audience_info& info,
                                                          const std::string& root,
                                                          const std::vector<tree_block>& blocks) {
  return disk_.below_->audiences().keep_root(info, root, blocks);
}

result<void> simulated_disk::failing_audiences::visit_addresses(
    audience_id id, const std::function<void(std::string_view address, letter_index row)>& visit) const {
  return std::as_const(*disk_.below_).audiences().visit_addresses(id, visit);
}

result<void> simulated_disk::failing_suppressions::visit(
    const std::function<void(const suppression& entry, std::string_view hidden)>& visitor) const {
  return std::as_const(*disk_.below_).suppressions().visit(visitor);
}

result<std::size_t> simulated_disk::failing_suppressions::add(const std::vector<suppression>& entries,
                                                              const act& done) {
  if (const auto fault = disk_.write_fault())
    return std::unexpected(*fault);
  return disk_.below_->suppressions().add(entries, done);
}

result<std::size_t> simulated_disk::failing_suppressions::remove(const std::vector<std::string>& targets,
                                                                 std::string_view list,
                                                                 const act& done) {
  return disk_.below_->suppressions().remove(targets, list, done);
}

result<std::vector<std::optional<suppression>>>
simulated_disk::failing_suppressions::find(const std::vector<std::string_view>& emails,
                                           const suppression_scope& scope) const {
  if (const auto fault = disk_.read_fault())
    return std::unexpected(*fault);
  return disk_.below_->suppressions().find(emails, scope);
}

result<suppression_page> simulated_disk::failing_suppressions::list(const suppression_query& query) const {
  return disk_.below_->suppressions().list(query);
}

} // namespace sluice::simulation
