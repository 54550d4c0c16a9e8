#include "persistence/stores/copy_store.hpp"

#include "messages/address.hpp"
#include "messages/notice_words.hpp"
#include "persistence/audience_info_codec.hpp"
#include "persistence/big_endian.hpp"
#include "persistence/hash_chain.hpp"
#include "persistence/hidden_address.hpp"
#include "persistence/postgres/store_copy.hpp"
#include "persistence/rocksdb/store_copy.hpp"
#include "persistence/rocksdb/suppression_keys.hpp"
#include "persistence/stores/open_store.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

/// Named in an error.
constexpr std::size_t named_max = 5;
/// A block of rows ends where one of this many does, so that the target's blocks are the same however often a copy broke off.
constexpr letter_index rows_together = 1024;
constexpr std::size_t put_bytes_max = 8U << 20U;

std::string hex_key(std::string_view key) {
  return to_hex({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()});
}

error broken_off() {
  return {error_code::unavailable, "the copy was broken off; the same command goes on with it"};
}

/// A table's records, one after the other.
class record_cursor {
public:
  record_cursor(const copy_source& from, copy_table table, std::string after = {}) :
      from_(from), table_(table), after_(std::move(after)) {}

  /// The next one; nothing: there are no more. Valid until the next call.
  result<const copy_record*> next() {
    if (at_ == page_.size()) {
      if (is_over_)
        return nullptr;
      auto page = from_.read(table_, after_);
      if (!page)
        return std::unexpected(page.error());
      page_ = *std::move(page);
      at_ = 0;
      is_over_ = page_.empty();
      if (is_over_)
        return nullptr;
    }
    const auto& one = page_[at_++];
    if (!after_.empty() && one.key <= after_)
      return failure(error_code::corrupt, fmt::format("the {} are not in the order of their keys at {}",
                                                      name_of(table_), hex_key(one.key)));
    after_ = one.key;
    return &one;
  }
  /// A page has been given whole.
  bool is_between_pages() const { return at_ == page_.size(); }

private:
  const copy_source& from_;
  copy_table table_;
  std::string after_;
  std::vector<copy_record> page_;
  std::size_t at_ = 0;
  bool is_over_ = false;
};

class store_copier {
public:
  store_copier(const copy_source& from, copy_target& to, const copy_settings& settings) :
      from_(from), to_(to), settings_(settings) {}

  result<copy_report> run(const std::string& shown_from, bool is_shared) {
    const auto fingerprint = fingerprint_of_source();
    if (!fingerprint)
      return std::unexpected(fingerprint.error());
    if (auto fit = check_source(is_shared); !fit)
      return std::unexpected(fit.error());
    const auto place = to_.begin({*fingerprint, shown_from});
    if (!place)
      return std::unexpected(place.error());
    for (auto table = static_cast<std::size_t>(place->table); table < copy_table_count; ++table) {
      const auto is_first = table == static_cast<std::size_t>(place->table);
      if (auto copied =
              copy_table_from({static_cast<copy_table>(table), is_first ? place->key : std::string{}});
          !copied)
        return std::unexpected(copied.error());
    }
    if (auto derived = to_.derive(); !derived)
      return std::unexpected(derived.error());
    auto report = check_target();
    if (!report)
      return report;
    // What was read is what the source still is.
    if (auto unused = from_.check_unused(); !unused)
      return std::unexpected(unused.error());
    if (const auto still = fingerprint_of_source(); !still || *still != *fingerprint)
      return still ? failure(error_code::unavailable, "the source changed while it was copied; stop its "
                                                      "engine, and copy it into an empty target")
                   : std::unexpected(still.error());
    if (auto complete = to_.complete(settings_.now); !complete)
      return std::unexpected(complete.error());
    return report;
  }

private:
  result<std::string> fingerprint_of_source() const {
    const auto heads = from_.heads();
    if (!heads)
      return std::unexpected(heads.error());
    sha256_stream all;
    all.update(as_text(sha256(from_.secret())));
    for (const auto& [campaign, head] : *heads)
      all.update(big_endian(campaign.value)).update(big_endian(head.number)).update(as_text(head.hash));
    return std::string(as_text(all.finish()));
  }

  /// What the target could not hold, or would not trust, is refused before anything is written.
  result<void> check_source(bool is_shared) const {
    if (auto checked = check_house(); !checked)
      return checked;
    std::vector<std::string> flat;
    record_cursor audiences(from_, copy_table::audiences);
    for (;;) {
      const auto one = audiences.next();
      if (!one)
        return std::unexpected(one.error());
      if (*one == nullptr)
        break;
      if (!(*one)->key.starts_with('i'))
        continue;
      const audience_id id{copy_number((*one)->key, 1)};
      const auto info = decode_audience_info(id, (*one)->value);
      if (!info)
        return std::unexpected(info.error());
      if (!is_tree_hash(info->hash))
        flat.push_back(to_string(id));
    }
    if (!flat.empty())
      return failure(
          error_code::not_allowed_now,
          fmt::format("lists of an engine of before cannot be copied, since their rows have no random bytes: "
                      "{}{}; delete them (sluice audience delete), or export and import them again",
                      fmt::join(flat.begin(),
                                flat.begin() + static_cast<std::ptrdiff_t>(std::min(flat.size(), named_max)),
                                ", "),
                      flat.size() > named_max ? fmt::format(" and {} more", flat.size() - named_max) : ""));
    return is_shared ? check_spellings() : result<void>{};
  }

  /// A shared store takes tables only as the house's log has them.
  result<void> check_house() const {
    const auto heads = from_.heads();
    if (!heads)
      return std::unexpected(heads.error());
    if (!heads->empty() && heads->front().first == house_log_id && !from_.secret().empty())
      return {};
    for (const auto table : {copy_table::audiences, copy_table::suppressions, copy_table::tokens}) {
      const auto some = from_.read(table, "");
      if (!some)
        return std::unexpected(some.error());
      if (!some->empty() || from_.secret().empty())
        return failure(
            error_code::not_allowed_now,
            "the store has no log of the house: an engine of before made it; start this engine once with it, "
            "stop it, and copy it then");
    }
    return {};
  }

  /// Where an engine of before kept an international domain as it was written, a shared store would not find it.
  result<void> check_spellings() const {
    record_cursor entries(from_, copy_table::suppressions);
    std::uint64_t count = 0;
    for (;;) {
      const auto one = entries.next();
      if (!one)
        return std::unexpected(one.error());
      if (*one == nullptr)
        break;
      const auto target = place_of_key((*one)->key).target;
      if (!target.starts_with('@') && !is_erased_target(target) && folded(target) != target)
        ++count;
    }
    if (count == 0)
      return {};
    return failure(
        error_code::not_allowed_now,
        fmt::format(
            "{} suppressions have a domain as an engine of before kept it (with letters beyond ASCII), "
            "and a shared store would not find them; remove them and add them again (sluice suppress)",
            count));
  }

  bool may_end_put(copy_table table, const copy_record& last, std::size_t bytes) const {
    if (table != copy_table::audience_rows || bytes >= put_bytes_max)
      return bytes >= copy_page_bytes;
    return bytes >= copy_page_bytes && (copy_index(last.key) + 1) % rows_together == 0;
  }

  bool told(copy_progress progress) const {
    progress.bytes = bytes_;
    return !settings_.progress || settings_.progress(progress);
  }

  result<void> copy_table_from(const copy_place& place) {
    record_cursor records(from_, place.table, place.key);
    std::vector<copy_record> some;
    std::size_t bytes = 0;
    std::uint64_t count = 0;
    const auto put = [&]() -> result<void> {
      if (some.empty())
        return {};
      if (auto kept = to_.put(place.table, some, {place.table, some.back().key}); !kept)
        return kept;
      count += some.size();
      bytes_ += bytes;
      some.clear();
      bytes = 0;
      if (!told({.table = place.table, .records = count}))
        return std::unexpected(broken_off());
      return {};
    };
    for (;;) {
      const auto one = records.next();
      if (!one)
        return std::unexpected(one.error());
      if (*one == nullptr)
        return put();
      some.push_back(**one);
      bytes += some.back().key.size() + some.back().value.size();
      if (may_end_put(place.table, some.back(), bytes))
        if (auto kept = put(); !kept)
          return kept;
    }
  }

  result<copy_report> check_target() {
    copy_report report;
    for (std::size_t number = 0; number < copy_table_count; ++number) {
      auto compared = compare(static_cast<copy_table>(number));
      if (!compared)
        return std::unexpected(compared.error());
      report.tables[number] = *std::move(compared);
    }
    const auto heads = from_.heads();
    const auto copied = to_.contents().heads();
    if (!heads || !copied)
      return std::unexpected(heads ? copied.error() : heads.error());
    if (*heads != *copied)
      return failure(error_code::corrupt,
                     "the copy's logs end elsewhere than the source's; empty the target and copy again");
    report.logs = heads->size();
    if (to_.contents().secret() != from_.secret())
      return failure(error_code::corrupt,
                     "the copy's secret is not the source's; empty the target and copy again");
    const auto audiences = to_.audiences().list();
    if (!audiences)
      return std::unexpected(audiences.error());
    for (const auto& one : *audiences) {
      const auto faults = to_.audiences().verify(one);
      if (!faults)
        return std::unexpected(faults.error());
      if (!faults->empty())
        return failure(
            error_code::corrupt,
            fmt::format(
                "the copy's list {} is not what its hash says: {}; where sluice audit verify finds that "
                "in the source too, mend it there, else empty the target and copy again",
                to_string(one.id), words_of(faults->front().what)));
      if (!told({.table = copy_table::audience_rows, .records = one.size, .is_checking = true}))
        return std::unexpected(broken_off());
    }
    return report;
  }

  /// Both tables side by side, and each log's chain on the way.
  result<copy_report::table_report> compare(copy_table table) {
    record_cursor theirs(from_, table);
    record_cursor ours(to_.contents(), table);
    copy_report::table_report report;
    sha256_stream digest;
    log_chain chain;
    for (;;) {
      const auto expected = theirs.next();
      const auto found = ours.next();
      if (!expected || !found)
        return std::unexpected(expected ? found.error() : expected.error());
      if (*expected == nullptr && *found == nullptr)
        break;
      if (*expected == nullptr || *found == nullptr || **expected != **found)
        return failure(
            error_code::corrupt,
            fmt::format("the copy's {} are not the source's, at {}; empty the target and copy again",
                        name_of(table), hex_key(*expected != nullptr ? (*expected)->key : (*found)->key)));
      const auto& one = **found;
      if (table == copy_table::events)
        if (auto linked = chain.take(one); !linked)
          return std::unexpected(linked.error());
      digest.update(big_endian(std::uint64_t{one.key.size()})).update(one.key);
      digest.update(big_endian(std::uint64_t{one.value.size()})).update(one.value);
      ++report.records;
      if (theirs.is_between_pages() &&
          !told({.table = table, .records = report.records, .is_checking = true}))
        return std::unexpected(broken_off());
    }
    report.digest = to_hex(digest.finish());
    return report;
  }

  /// Whether each record has the hash of the one before it.
  class log_chain {
  public:
    result<void> take(const copy_record& one) {
      const campaign_id campaign{copy_number(one.key)};
      const auto number = copy_number(one.key, sizeof(std::uint64_t));
      if (campaign != campaign_ || number_ == 0)
        *this = {};
      if (number != number_ + 1 || !std::string_view(one.value).starts_with(as_text(hash_)))
        return failure(
            error_code::corrupt,
            fmt::format(
                "the log of {} is broken at event {}, in the source as in the copy: sluice audit verify "
                "says what is wrong",
                campaign == house_log_id ? std::string("the house") : to_string(campaign), number));
      campaign_ = campaign;
      number_ = number;
      hash_ = record_hash(campaign, number, one.value);
      return {};
    }

  private:
    campaign_id campaign_;
    event_number number_ = 0;
    sha256_hash hash_{};
  };

  const copy_source& from_;
  copy_target& to_;
  const copy_settings& settings_;
  std::uint64_t bytes_ = 0;
};

} // namespace

result<copy_report> copy_store(const copy_source& from,
                               copy_target& to,
                               const std::string& shown_from,
                               bool is_shared,
                               const copy_settings& settings) {
  return store_copier(from, to, settings).run(shown_from, is_shared);
}

result<copy_report>
copy_store(const std::string& from, const std::string& to, const copy_settings& settings) {
  const auto folder_of = [](const std::string& url) {
    return is_shared_store(url) ? result<std::filesystem::path>{} : store_folder(url);
  };
  const auto from_folder = folder_of(from);
  const auto to_folder = folder_of(to);
  if (!from_folder || !to_folder)
    return std::unexpected(from_folder ? to_folder.error() : from_folder.error());
  auto source = is_shared_store(from) ? open_postgres_copy_source(from, settings.wait)
                                      : open_rocksdb_copy_source(*from_folder);
  if (!source)
    return std::unexpected(source.error());
  // Where it has none, an engine of before made it: that is refused before a target is opened.
  if ((*source)->secret().empty())
    return failure(
        error_code::not_allowed_now,
        "an engine of before made this store; start this engine once with it, stop it, and copy it then");
  auto target = is_shared_store(to)
                    ? open_postgres_copy_target(to, settings.accept_single, (*source)->secret())
                    : open_rocksdb_copy_target(*to_folder, (*source)->secret());
  if (!target)
    return std::unexpected(target.error());
  return copy_store(**source, **target, shown_store_url(from), is_shared_store(to), settings);
}

} // namespace sluice
