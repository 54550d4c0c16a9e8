#include "persistence/rocksdb/suppressions.hpp"

#include "messages/address.hpp"
#include "messages/address_search.hpp"
#include "messages/masked_address.hpp"
#include "persistence/house_tables.hpp"
#include "persistence/rocksdb/database.hpp"
#include "persistence/rocksdb/house_log.hpp"
#include "persistence/rocksdb/suppression_keys.hpp"

#include <rocksdb/write_batch.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace sluice {

namespace {

// One look-up and one write each; a list of millions holds up the other writers for milliseconds only.
constexpr std::size_t changes_at_once_max = 10'000;
// What one sweep deletes: it goes before a change that somebody waits for.
constexpr std::size_t swept_at_once_max = 1'000;

std::unexpected<error> damaged() {
  return failure(error_code::corrupt,
                 "an entry of the suppression list cannot be read; bring the data folder "
                 "back from a copy");
}

} // namespace

/// The addresses folded, as the keys are, and behind them other spellings that keys may have: those of before, and with `hide`
/// that of one who was erased. Those that are folded already are not copied.
class folded_addresses {
public:
  folded_addresses(const std::vector<std::string_view>& emails, const address_hider* hide) : folded_(emails) {
    for (std::size_t place = 0; place < emails.size(); ++place) {
      const auto email = emails[place];
      if (std::ranges::any_of(email, may_fold))
        folded_[place] = copies_.emplace_back(folded(email));
      if (hide != nullptr && !names_domain(email)) {
        folded_.push_back(copies_.emplace_back(erased_target((*hide)(folded_[place]))));
        places_.push_back(place);
      }
      if (folded_[place].find("@xn--") == std::string_view::npos &&
          folded_[place].find(".xn--") == std::string_view::npos)
        continue;
      for (auto& before : folded_before(email)) {
        folded_.push_back(copies_.emplace_back(std::move(before)));
        places_.push_back(place);
      }
    }
  }
  const std::vector<std::string_view>& all() const { return folded_; }
  /// Which of the addresses the spelling is of.
  std::size_t place_of(std::size_t spelling) const {
    return spelling < count() ? spelling : places_[spelling - count()];
  }
  /// How many addresses there are, each at its place; behind them other spellings.
  std::size_t count() const { return folded_.size() - places_.size(); }

private:
  static bool may_fold(char c) { return (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }

  std::vector<std::string_view> folded_;
  std::vector<std::size_t> places_; ///< of those behind the addresses
  std::deque<std::string> copies_;  ///< none moves when another is added
};

namespace {

std::uint64_t hash_of(std::string_view key) {
  return std::hash<std::string_view>{}(key);
}

/// Looks all keys up at once; a value that was not found is left empty.
result<void> look_up(const rocksdb_database& database,
                     const std::vector<std::string_view>& keys,
                     std::vector<rocksdb::PinnableSlice>& values,
                     std::vector<rocksdb::Status>& statuses) {
  values = std::vector<rocksdb::PinnableSlice>(keys.size());
  statuses = std::vector<rocksdb::Status>(keys.size());
  std::vector<rocksdb::Slice> slices;
  slices.reserve(keys.size());
  for (const auto key : keys)
    slices.push_back(slice(key));
  database.db().MultiGet({}, database[family::suppressions], slices.size(), slices.data(), values.data(),
                         statuses.data());
  for (const auto& status : statuses)
    if (!status.ok() && !status.IsNotFound())
      return std::unexpected(error_of(status, "cannot read the suppression list"));
  return {};
}

/// The keys of entries, each at its entry's place, and behind them the other spellings that addresses of before may have.
class entry_keys {
public:
  entry_keys(std::span<const suppression> entries, const address_hider* hide) :
      addresses_(emails_of(entries), hide) {
    keys_ = addresses_.all();
    for (std::size_t place = 0; place < entries.size(); ++place)
      if (!entries[place].list.empty())
        keys_[place] =
            made_.emplace_back(list_prefix(entries[place].list) + std::string{addresses_.all()[place]});
    for (auto spelling = entries.size(); spelling < keys_.size(); ++spelling)
      if (const auto& list = entries[place_of(spelling)].list; !list.empty())
        keys_[spelling] = made_.emplace_back(list_prefix(list) + std::string{keys_[spelling]});
  }
  const std::vector<std::string_view>& all() const { return keys_; }
  /// Which of the entries a key is of.
  std::size_t place_of(std::size_t spelling) const { return addresses_.place_of(spelling); }

private:
  static std::vector<std::string_view> emails_of(std::span<const suppression> entries) {
    std::vector<std::string_view> emails;
    for (const auto& entry : entries)
      emails.push_back(entry.email);
    return emails;
  }

  const folded_addresses addresses_;
  std::vector<std::string_view> keys_;
  std::deque<std::string> made_; ///< none moves when another is added
};

bool has_keys_from(const rocksdb_database& database, std::string_view prefix) {
  const std::unique_ptr<rocksdb::Iterator> stored(
      database.db().NewIterator({}, database[family::suppressions]));
  stored->Seek(slice(prefix));
  // What cannot be read may be there.
  return stored->Valid() ? view(stored->key()).starts_with(prefix) : !stored->status().ok();
}

} // namespace

rocksdb_suppressions::rocksdb_suppressions(rocksdb_database& database, rocksdb_house_log& house) :
    database_(database), house_(house), kinds_(kinds_on_disk()), filter_is_whole_(fill_filter()) {
  // What cannot be deleted now is at the next change: an entry that has ended counts no longer, wherever it is.
  if (database.check_writable()) {
    const std::lock_guard guard(changing_);
    static_cast<void>(sweep(database.now()).has_value());
  }
}

rocksdb_suppressions::kinds rocksdb_suppressions::kinds_on_disk() const {
  // Which targets the entries of lists have would take reading them all.
  const auto of_lists = has_keys_from(database_, std::string(1, list_mark));
  return {.of_lists = of_lists,
          .of_domains = of_lists || has_keys_from(database_, domain_keys),
          .below_domains = of_lists || has_keys_from(database_, below_domain_keys),
          .of_erased = of_lists || has_keys_from(database_, "<")};
}

/// Whether it could: a list that is too large, or cannot be read, is looked up on the disk.
bool rocksdb_suppressions::fill_filter() {
  std::uint64_t about = 0;
  auto* const list = database_[family::suppressions];
  if (!database_.db().GetIntProperty(list, rocksdb::DB::Properties::kEstimateNumKeys, &about) ||
      about > suppressions_filtered_max)
    return false;
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> stored(database_.db().NewIterator(options, list));
  for (stored->SeekToFirst(); stored->Valid(); stored->Next())
    if (!view(stored->key()).starts_with(end_mark))
      filter_.insert(hash_of(view(stored->key())));
  return stored->status().ok();
}

void rocksdb_suppressions::announce(const std::vector<std::string_view>& keys) {
  const std::lock_guard guard(filter_mutex_);
  for (const auto key : keys) {
    filter_.insert(hash_of(key));
    const auto is_of_list = key.starts_with(list_mark);
    const auto target = is_of_list ? key.substr(key.find('\0') + 1) : key;
    kinds_.of_lists |= is_of_list;
    kinds_.of_erased |= is_erased_target(target);
    kinds_.of_domains |= target.starts_with(domain_keys);
    kinds_.below_domains |= target.starts_with(below_domain_keys);
  }
}

result<void> rocksdb_suppressions::sweep(timestamp now) {
  auto* const list = database_[family::suppressions];
  rocksdb::WriteBatch batch;
  std::size_t swept = 0;
  const std::unique_ptr<rocksdb::Iterator> stored(database_.db().NewIterator({}, list));
  for (stored->SeekToFirst(); stored->Valid() && swept < swept_at_once_max; stored->Next(), ++swept) {
    const auto end = read_end_key(view(stored->key()));
    if (!end || end->until > now)
      break;
    batch.Delete(list, stored->key());
    // Another may have taken its place since.
    const auto value = database_.get(family::suppressions, end->entry_key);
    if (!value)
      return std::unexpected(value.error());
    const auto entry = *value ? decode_suppression(end->entry_key, **value) : std::nullopt;
    if (entry && !entry->counts_at(now))
      batch.Delete(list, slice(end->entry_key));
  }
  return swept == 0 ? result<void>{} : database_.write(batch, durability::logged);
}

result<std::size_t> rocksdb_suppressions::add(const std::vector<suppression>& entries, const act& done) {
  if (auto writable = database_.check_writable(); !writable)
    return std::unexpected(writable.error());
  if (std::ranges::any_of(entries, [](const auto& entry) { return entry.email.empty(); }))
    return failure(error_code::invalid_input, "a suppression needs an address");
  const std::lock_guard guard(changing_);
  if (auto swept = entries.empty() ? result<void>{} : sweep(entries.front().since); !swept)
    return std::unexpected(swept.error());
  std::size_t added = 0;
  for (std::size_t begin = 0; begin < entries.size(); begin += changes_at_once_max) {
    const auto some =
        std::span(entries).subspan(begin, std::min(changes_at_once_max, entries.size() - begin));
    const auto taken = add_some(some, done);
    if (!taken)
      return taken;
    added += *taken;
  }
  return added;
}

result<std::size_t> rocksdb_suppressions::add_some(std::span<const suppression> entries, const act& done) {
  const entry_keys wanted(entries, hider_if_erased());
  std::vector<rocksdb::PinnableSlice> values;
  std::vector<rocksdb::Status> statuses;
  if (auto found = look_up(database_, wanted.all(), values, statuses); !found)
    return std::unexpected(found.error());
  // What holds for each key by now, on the disk or by an entry before it.
  std::unordered_map<std::string_view, suppression> now_there;
  for (std::size_t spelling = 0; spelling < statuses.size(); ++spelling)
    if (statuses[spelling].ok()) {
      auto entry = decode_suppression(wanted.all()[spelling], view(values[spelling]));
      if (!entry)
        return damaged();
      now_there.emplace(wanted.all()[wanted.place_of(spelling)], *std::move(entry));
    }
  std::unordered_set<std::string_view> taken;
  for (std::size_t place = 0; place < entries.size(); ++place) {
    const auto key = wanted.all()[place];
    const auto& entry = entries[place];
    const auto before = now_there.find(key);
    if (before != now_there.end() && before->second.counts_at(entry.since) && !entry.outlasts(before->second))
      continue;
    taken.insert(key);
    now_there.insert_or_assign(key, entry);
  }
  if (taken.empty())
    return 0;
  announce({taken.begin(), taken.end()});
  std::vector<suppression> kept;
  for (const auto key : taken) {
    kept.push_back(now_there.at(key));
    kept.back().email = place_of_key(key).target; // folded
  }
  // Neighbours with the same words make one group of the event.
  std::ranges::stable_sort(kept, {},
                           [](const suppression& one) { return std::tie(one.list, one.reason, one.since); });
  auto* const list = database_[family::suppressions];
  const auto recorded =
      house_.record({{done.at, done.by, event_of(kept, house_.hide())}}, [&](rocksdb::WriteBatch& batch) {
        for (const auto key : taken) {
          const auto& entry = now_there.at(key);
          batch.Put(list, slice(key), encode_suppression(entry));
          if (entry.until)
            batch.Put(list, end_key(*entry.until, key), {});
        }
      });
  if (!recorded)
    return std::unexpected(recorded.error());
  return taken.size();
}

result<std::size_t> rocksdb_suppressions::remove(const std::vector<std::string>& targets,
                                                 std::string_view list,
                                                 const act& done) {
  if (auto writable = database_.check_writable(); !writable)
    return std::unexpected(writable.error());
  const std::lock_guard guard(changing_);
  std::vector<suppression> entries;
  for (const auto& target : targets)
    entries.push_back({.email = target, .reason = {}, .since = {}, .list = std::string{list}});
  const entry_keys wanted(entries, hider_if_erased());
  std::vector<rocksdb::PinnableSlice> values;
  std::vector<rocksdb::Status> statuses;
  if (auto found = look_up(database_, wanted.all(), values, statuses); !found)
    return std::unexpected(found.error());
  std::unordered_set<std::string_view> removed;
  house::suppressions_removed told{.list = std::string{list}, .targets = {}};
  for (std::size_t index = 0; index < statuses.size(); ++index)
    if (statuses[index].ok() && removed.insert(wanted.all()[index]).second)
      told.targets.push_back(hidden_target(wanted.all()[index]));
  if (removed.empty())
    return 0;
  const auto recorded = house_.record({{done.at, done.by, std::move(told)}}, [&](rocksdb::WriteBatch& batch) {
    for (const auto key : removed)
      batch.Delete(database_[family::suppressions], slice(key));
  });
  if (!recorded)
    return std::unexpected(recorded.error());
  return removed.size();
}

/// The keys that may keep letters back, of one question: of each address in the order in which its entries count.
class rocksdb_suppressions::question {
public:
  question(const rocksdb_suppressions& list,
           const std::vector<std::string_view>& emails,
           const suppression_scope& scope) :
      list_(list), addresses_(emails, list.hider_if_erased()), prefix_(list_prefix(scope.list)) {
    const std::shared_lock guard(list.filter_mutex_);
    for (std::size_t spelling = 0; spelling < addresses_.all().size(); ++spelling)
      ask(addresses_.all()[spelling], addresses_.place_of(spelling));
    if (has_lists())
      for (std::size_t spelling = 0; spelling < addresses_.all().size(); ++spelling)
        ask_made(prefix_ + std::string{addresses_.all()[spelling]}, addresses_.place_of(spelling));
    if (list.kinds_.of_domains)
      for (std::size_t place = 0; place < addresses_.count(); ++place)
        ask_domains(domain_of(addresses_.all()[place]), place);
  }

  /// Keys, and the place of the address that each is asked for.
  const std::vector<std::string_view>& keys() const { return keys_; }
  const std::vector<std::size_t>& places() const { return places_; }

private:
  bool has_lists() const { return list_.kinds_.of_lists && !prefix_.empty(); }
  bool may_be_there(std::string_view key) const {
    return !list_.filter_is_whole_ || list_.filter_.may_contain(hash_of(key));
  }
  void ask(std::string_view key, std::size_t place) {
    if (!may_be_there(key))
      return;
    keys_.push_back(key);
    places_.push_back(place);
  }
  void ask_made(std::string key, std::size_t place) {
    if (!may_be_there(key))
      return;
    keys_.push_back(made_.emplace_back(std::move(key)));
    places_.push_back(place);
  }

  /// A batch of letters goes to few domains: those of each are found once.
  void ask_domains(std::string_view domain, std::size_t place) {
    const auto [at, is_new] = of_domain_.try_emplace(domain);
    if (is_new)
      at->second = keys_of(domain);
    for (const auto key : at->second) {
      keys_.push_back(key);
      places_.push_back(place);
    }
  }
  std::vector<std::string_view> keys_of(std::string_view domain) {
    std::vector<std::string_view> found;
    const auto add = [&](std::string key) {
      if (may_be_there(key))
        found.push_back(made_.emplace_back(std::move(key)));
    };
    const auto add_both = [&](const std::string& target) {
      add(target);
      if (has_lists())
        add(prefix_ + target);
    };
    add_both("@" + std::string{domain});
    for (auto dot = domain.find('.'); list_.kinds_.below_domains && dot != std::string_view::npos;
         dot = domain.find('.', dot + 1))
      add_both("@*" + std::string{domain.substr(dot)});
    return found;
  }

  const rocksdb_suppressions& list_;
  const folded_addresses addresses_;
  const std::string prefix_;
  std::vector<std::string_view> keys_;
  std::vector<std::size_t> places_;
  std::deque<std::string> made_; ///< none moves when another is added
  std::unordered_map<std::string_view, std::vector<std::string_view>> of_domain_;
};

result<std::vector<std::optional<suppression>>>
rocksdb_suppressions::find(const std::vector<std::string_view>& emails,
                           const suppression_scope& scope) const {
  std::vector<std::optional<suppression>> found(emails.size());
  {
    const std::shared_lock guard(filter_mutex_);
    if (distrusted_)
      return std::unexpected(*distrusted_);
  }
  const question asked(*this, emails, scope);
  if (asked.keys().empty())
    return found;
  std::vector<rocksdb::PinnableSlice> values;
  std::vector<rocksdb::Status> statuses;
  if (auto looked = look_up(database_, asked.keys(), values, statuses); !looked)
    return std::unexpected(looked.error());
  for (std::size_t index = 0; index < statuses.size(); ++index) {
    auto& first = found[asked.places()[index]];
    if (!statuses[index].ok() || first)
      continue;
    auto entry = decode_suppression(asked.keys()[index], view(values[index]));
    if (!entry)
      return damaged();
    if (entry->counts_at(scope.now))
      first = *std::move(entry);
  }
  return found;
}

const address_hider* rocksdb_suppressions::hider_if_erased() const {
  const std::shared_lock guard(filter_mutex_);
  return kinds_.of_erased ? &house_.hide() : nullptr;
}

/// As the house's log has it.
std::string rocksdb_suppressions::hidden_target(std::string_view key) const {
  const auto target = place_of_key(key).target;
  return is_erased_target(target) ? hidden_in(target) : house_.hide()(target);
}

result<rocksdb_suppressions::erasure> rocksdb_suppressions::prepare_erasure(std::string_view address,
                                                                            timestamp now) {
  const auto target = folded(address);
  const auto hidden = house_.hide()(target);
  const auto hidden_target = erased_target(hidden);
  erasure made;
  auto is_suppressed = false;
  auto visited = for_each_key_of(target, address, [&](std::string_view key, suppression entry) {
    const auto prefix = list_prefix(entry.list);
    is_suppressed |= entry.list.empty() && !entry.until;
    entry.reason = without_address(entry.reason, address);
    made.gone.emplace_back(key);
    made.puts.emplace_back(prefix + hidden_target, encode_suppression(entry));
    if (entry.until) {
      made.gone.push_back(end_key(*entry.until, key));
      made.puts.emplace_back(end_key(*entry.until, prefix + hidden_target), "");
    }
  });
  if (!visited)
    return std::unexpected(visited.error());
  made.count = made.puts.size();
  const auto known = database_.get(family::suppressions, hidden_target);
  if (!known)
    return std::unexpected(known.error());
  // Who was erased gets no letter any more, also where a list brings the address back.
  if (!is_suppressed && !*known) {
    const suppression entry{.email = hidden_target, .reason = "erased", .since = now};
    std::erase_if(made.puts, [&](const auto& put) { return put.first == hidden_target; });
    made.puts.emplace_back(hidden_target, encode_suppression(entry));
    auto group = group_of(entry);
    group.targets.push_back(hidden);
    made.added = house::suppressions_added{{std::move(group)}};
  }
  return made;
}

/// Visits the entries of one address, for all lists and for each.
result<void> rocksdb_suppressions::for_each_key_of(
    std::string_view target,
    std::string_view address,
    const std::function<void(std::string_view key, suppression entry)>& visit) const {
  std::vector<std::string> spellings{std::string(target)};
  std::ranges::move(folded_before(address), std::back_inserter(spellings));
  for (const auto& one : spellings) {
    const auto value = database_.get(family::suppressions, one);
    if (!value)
      return std::unexpected(value.error());
    if (!*value)
      continue;
    auto entry = decode_suppression(one, **value);
    if (!entry)
      return damaged();
    visit(one, *std::move(entry));
  }
  // Which lists have an entry is known to nobody else.
  const std::unique_ptr<rocksdb::Iterator> stored(
      database_.db().NewIterator({}, database_[family::suppressions]));
  for (stored->Seek(slice(std::string(1, list_mark))); stored->Valid(); stored->Next()) {
    const auto key = view(stored->key());
    if (std::ranges::find(spellings, place_of_key(key).target) == spellings.end())
      continue;
    auto entry = decode_suppression(key, view(stored->value()));
    if (!entry)
      return damaged();
    visit(key, *std::move(entry));
  }
  if (!stored->status().ok())
    return std::unexpected(error_of(stored->status(), "cannot read the suppression list"));
  return {};
}

void rocksdb_suppressions::distrust(std::optional<error> why) {
  const std::lock_guard guard(filter_mutex_);
  distrusted_ = std::move(why);
}

result<void> rocksdb_suppressions::visit(
    const std::function<void(const suppression& entry, std::string_view hidden)>& visitor) const {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> stored(
      database_.db().NewIterator(options, database_[family::suppressions]));
  // Ends stand before all entries.
  for (stored->Seek(slice(std::string(1, '\x01'))); stored->Valid(); stored->Next()) {
    const auto entry = decode_suppression(view(stored->key()), view(stored->value()));
    if (!entry)
      return damaged();
    if (!is_erased_target(entry->email)) {
      visitor(*entry, {});
      continue;
    }
    auto erased = *entry;
    erased.email.clear();
    visitor(erased, hidden_in(entry->email));
  }
  if (!stored->status().ok())
    return std::unexpected(error_of(stored->status(), "cannot read the suppression list"));
  return {};
}

result<suppression_page> rocksdb_suppressions::list(const suppression_query& query) const {
  // As the keys are, also those of before: with its domain folded, the last one of a page would stand elsewhere.
  const auto after = place_of_cursor(query.after);
  const auto behind =
      query.after.empty() || !after ? std::string{} : list_prefix(after->list) + after->target;
  const auto prefix = list_prefix(query.list.value_or(""));
  const searched_words wanted(query.words);
  suppression_page page;
  std::size_t looked_at = 0;
  const std::unique_ptr<rocksdb::Iterator> stored(
      database_.db().NewIterator({}, database_[family::suppressions]));
  // Ends stand before all entries.
  stored->Seek(slice(std::max({behind, prefix, std::string(1, '\x01')})));
  for (; stored->Valid(); stored->Next()) {
    const auto key = view(stored->key());
    if (query.list && (prefix.empty() ? key.starts_with(list_mark) : !key.starts_with(prefix)))
      break;
    if (key == behind)
      continue;
    auto entry = decode_suppression(key, view(stored->value()));
    if (!entry)
      return damaged();
    const auto place = suppression_place{entry->list, entry->email};
    if (entry->counts_at(query.now) && (query.words.empty() || wanted.are_in(entry->email)))
      page.entries.push_back(*std::move(entry));
    if (page.entries.size() == query.limit || ++looked_at == suppressions_searched_max) {
      page.next = to_cursor(place);
      break;
    }
  }
  if (!stored->status().ok())
    return std::unexpected(error_of(stored->status(), "cannot read the suppression list"));
  return page;
}

} // namespace sluice
