#include "actors/audience_derivation.hpp"

#include "actors/audit/recovery.hpp"
#include "messages/address.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace sluice {

namespace {

constexpr std::array<std::string_view, 5> selection_names{"accepted", "refused", "skipped", "not_sent",
                                                          "in_doubt"};

/// Takes rows of one audience into another, whose columns may stand elsewhere.
class row_copier {
public:
  /// The writer outlives it.
  static result<row_copier> open(const audience_info& from, audience_writer& into) {
    row_copier made(into);
    for (const auto& name : from.columns) {
      const auto column = into.column(name);
      if (!column)
        return std::unexpected(column.error());
      made.columns_.push_back(*column);
    }
    return made;
  }

  /// False: the address is there already.
  result<bool> copy(const recipient_view& row) {
    row_.email = row.email;
    row_.fields.clear();
    for (const auto& field : row.fields)
      row_.fields.push_back({columns_.at(field.column), std::string{field.value}});
    return into_->add(row_);
  }

private:
  explicit row_copier(audience_writer& into) : into_(&into) {}

  audience_writer* into_;
  std::vector<std::uint16_t> columns_;
  recipient row_;
};

class outcome_derivation final : public audience_derivation {
public:
  static result<derivation_ptr> open(store& from,
                                     campaign_id campaign,
                                     const std::vector<letter_selection>& what,
                                     std::string name,
                                     timestamp now) {
    auto state = recover(from, campaign);
    if (!state)
      return std::unexpected(state.error());
    for (const auto one : what)
      if ((one == letter_selection::not_sent || one == letter_selection::in_doubt) && !is_final(state->stage))
        return failure(
            error_code::not_allowed_now,
            notice{"outcome_needs_final", {{"outcome", name_of(one)}, {"campaign", to_string(campaign)}}});
    if (state->audience.id == audience_id{})
      return failure(error_code::not_found,
                     notice{"campaign_without_audience", {{"campaign", to_string(campaign)}}});
    const auto source = from.audiences().info(state->audience.id);
    if (!source)
      return std::unexpected(source.error());
    std::unique_ptr<outcome_derivation> made(
        new outcome_derivation(from, *source, std::move(state->letters)));
    for (const auto one : what)
      made->choose(one);
    if (auto begun = made->begin(std::move(name), now); !begun)
      return std::unexpected(begun.error());
    auto copier = row_copier::open(*source, *made->writers_.front());
    if (!copier)
      return std::unexpected(copier.error());
    made->copier_.emplace(*std::move(copier));
    return made;
  }

  result<bool> step() override {
    next_ = next_chosen(next_);
    if (next_ >= letters_.size())
      return true;
    const auto read = store_.audiences().read_rows(source_.id, next_, derivation_rows_per_step);
    if (!read)
      return std::unexpected(read.error());
    if (read->empty())
      return failure(error_code::corrupt,
                     notice{"row_missing", {{"row", next_}, {"audience", to_string(source_.id)}}});
    for (std::size_t row = 0; row < read->size(); ++row, ++next_) {
      if (next_ >= letters_.size() || !is_chosen(next_))
        continue;
      const auto taken = copier_->copy((*read)[row]);
      if (!taken)
        return taken;
      rows_.front() += *taken ? 1U : 0U;
    }
    return next_chosen(next_) >= letters_.size();
  }

private:
  outcome_derivation(store& from, audience_info source, letter_table letters) :
      audience_derivation(from), source_(std::move(source)), letters_(std::move(letters)) {}

  void choose(letter_selection what) {
    const auto take = [this](letter_state state) { chosen_[static_cast<std::size_t>(state)] = true; };
    switch (what) {
    case letter_selection::accepted:
      return take(letter_state::accepted);
    case letter_selection::refused:
      return take(letter_state::refused);
    case letter_selection::skipped:
      return take(letter_state::skipped);
    case letter_selection::not_sent:
      take(letter_state::pending);
      return take(letter_state::deferred);
    case letter_selection::in_doubt:
      return take(letter_state::in_doubt);
    }
  }
  bool is_chosen(letter_index index) const { return chosen_[static_cast<std::size_t>(letters_.at(index))]; }
  letter_index next_chosen(letter_index from) const {
    while (from < letters_.size() && !is_chosen(from))
      from = letters_.run_end(from);
    return from;
  }

  const audience_info source_;
  const letter_table letters_;
  std::array<bool, letter_state_count> chosen_{};
  std::optional<row_copier> copier_;
  letter_index next_ = 0;
};

/// Addresses in one text: a string for each would take three times the memory.
class address_list {
public:
  void add(std::string_view address) {
    text_ += address;
    ends_.push_back(text_.size());
  }
  std::size_t size() const { return ends_.size(); }
  std::string_view operator[](std::size_t place) const {
    const auto begin = place == 0 ? 0 : ends_[place - 1];
    return std::string_view{text_}.substr(begin, ends_[place] - begin);
  }

private:
  std::string text_;
  std::vector<std::size_t> ends_;
};

class set_derivation final : public audience_derivation {
public:
  static result<derivation_ptr> open(store& from,
                                     set_operation what,
                                     const std::vector<audience_id>& audiences,
                                     std::string name,
                                     timestamp now) {
    std::unique_ptr<set_derivation> made(new set_derivation(from, what));
    for (const auto id : audiences) {
      auto source = from.audiences().info(id);
      if (!source)
        return std::unexpected(source.error());
      made->sources_.push_back(*std::move(source));
    }
    if (auto begun = made->begin(std::move(name), now); !begun)
      return std::unexpected(begun.error());
    // Rows come of the first alone, but for "or".
    const auto copied = what == set_operation::any_of ? made->sources_.size() : 1;
    for (std::size_t at = 0; at < copied; ++at) {
      auto copier = row_copier::open(made->sources_[at], *made->writers_.front());
      if (!copier)
        return std::unexpected(copier.error());
      made->copiers_.push_back(*std::move(copier));
    }
    return made;
  }

  result<bool> step() override {
    if (what_ != set_operation::any_of && next_ >= looked_up_to()) {
      if (auto looked = look_ahead(); !looked)
        return std::unexpected(looked.error());
      return false;
    }
    const auto& source = sources_[at_];
    const auto looked_up =
        what_ == set_operation::any_of ? derivation_rows_per_step : std::size_t{looked_up_to() - next_};
    const auto read = rows_of_source(next_, std::min(derivation_rows_per_step, looked_up));
    if (!read)
      return std::unexpected(read.error());
    for (std::size_t row = 0; row < read->size(); ++row) {
      if (what_ != set_operation::any_of && !is_wanted_[next_ + row - looked_from_])
        continue;
      const auto taken = copiers_[at_].copy((*read)[row]);
      if (!taken)
        return taken;
      rows_.front() += *taken ? 1U : 0U;
    }
    next_ += static_cast<letter_index>(read->size());
    if (next_ < source.size)
      return false;
    next_ = 0;
    return ++at_ == copiers_.size();
  }

private:
  set_derivation(store& from, set_operation what) : audience_derivation(from), what_(what) {}

  /// Rows of the source that is read, some of those that there are.
  result<recipient_rows> rows_of_source(letter_index first, std::size_t count) const {
    const auto& source = sources_[at_];
    auto read = store_.audiences().read_rows(source.id, first, count);
    if (read && read->empty() && first < source.size)
      return failure(error_code::corrupt,
                     notice{"row_missing", {{"row", first}, {"audience", to_string(source.id)}}});
    return read;
  }

  letter_index looked_up_to() const { return looked_from_ + static_cast<letter_index>(is_wanted_.size()); }

  /// Finds out which of the next rows are in the result.
  result<void> look_ahead() {
    looked_from_ = next_;
    is_wanted_.clear();
    address_list addresses;
    while (addresses.size() < derivation_addresses_per_look &&
           next_ + addresses.size() < sources_[at_].size) {
      const auto read = rows_of_source(next_ + static_cast<letter_index>(addresses.size()),
                                       derivation_addresses_per_look - addresses.size());
      if (!read)
        return std::unexpected(read.error());
      for (std::size_t row = 0; row < read->size(); ++row)
        addresses.add((*read)[row].email);
    }
    std::vector<bool> is_wanted(addresses.size(), true);
    for (std::size_t other = 1; other < sources_.size(); ++other)
      if (auto done = keep_by(sources_[other].id, addresses, is_wanted); !done)
        return done;
    is_wanted_ = std::move(is_wanted);
    return {};
  }

  /// Leaves out those that the other audience has, or has not. It is asked only about those that are still in.
  result<void> keep_by(audience_id other, const address_list& addresses, std::vector<bool>& is_wanted) const {
    std::vector<std::size_t> places;
    std::vector<std::string_view> emails;
    for (std::size_t place = 0; place < is_wanted.size(); ++place)
      if (is_wanted[place]) {
        places.push_back(place);
        emails.push_back(addresses[place]);
      }
    const auto found = store_.audiences().find_all(other, emails);
    if (!found)
      return std::unexpected(found.error());
    for (std::size_t at = 0; at < places.size(); ++at)
      is_wanted[places[at]] = (*found)[at].has_value() == (what_ == set_operation::all_of);
    return {};
  }

  const set_operation what_;
  std::vector<audience_info> sources_;
  std::vector<row_copier> copiers_; ///< of the sources whose rows are taken
  std::size_t at_ = 0;              ///< the source that is read
  letter_index next_ = 0;
  letter_index looked_from_ = 0;
  std::vector<bool> is_wanted_; ///< of the first source's rows from there on
};

/// A row's place in the spread over a list: its hash, and for equal ones its index.
using spread_place = std::pair<std::uint64_t, letter_index>;

/// FNV-1a with the last mixing of MurmurHash3: the same everywhere and for ever, since a list that is split again must fall
/// into the same parts.
std::uint64_t spread_hash(std::string_view seed, std::string_view address) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const auto text : {seed, address})
    for (const auto byte : text)
      hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3U;
  hash = (hash ^ (hash >> 33U)) * 0xff51afd7ed558ccdU;
  hash = (hash ^ (hash >> 33U)) * 0xc4ceb9fe1a85ec53U;
  return hash ^ (hash >> 33U);
}

/// Reads the list three times: counts how many hashes begin with which 16 bits, which tells in whose bucket each border
/// between two parts lies; sorts those few buckets, which gives the borders; writes each row into its part.
class split_derivation final : public audience_derivation {
public:
  static result<derivation_ptr> open(store& from,
                                     audience_id audience,
                                     const std::vector<unsigned>& percents,
                                     const std::string& name,
                                     timestamp now) {
    auto source = from.audiences().info(audience);
    if (!source)
      return std::unexpected(source.error());
    const auto sizes = split_sizes(source->size, percents);
    for (std::size_t part = 0; part < sizes.size(); ++part)
      if (sizes[part] == 0)
        return failure(error_code::invalid_input,
                       notice{"split_part_empty", {{"percent", percents[part]}, {"rows", source->size}}});
    std::unique_ptr<split_derivation> made(new split_derivation(from, *std::move(source)));
    for (std::size_t part = 0; part < sizes.size(); ++part) {
      auto begun = made->begin(name + " " + std::to_string(part + 1), now);
      if (!begun)
        return std::unexpected(begun.error());
      auto copier = row_copier::open(made->source_, *made->writers_.back());
      if (!copier)
        return std::unexpected(copier.error());
      made->copiers_.push_back(*std::move(copier));
    }
    std::partial_sum(sizes.begin(), std::prev(sizes.end()), std::back_inserter(made->border_ranks_));
    return made;
  }

  result<bool> step() override {
    const auto read = store_.audiences().read_rows(source_.id, next_, derivation_rows_per_step);
    if (!read)
      return std::unexpected(read.error());
    if (read->empty() && next_ < source_.size)
      return failure(error_code::corrupt,
                     notice{"row_missing", {{"row", next_}, {"audience", to_string(source_.id)}}});
    for (std::size_t row = 0; row < read->size(); ++row, ++next_)
      if (auto taken = take((*read)[row]); !taken)
        return std::unexpected(taken.error());
    if (next_ < source_.size)
      return false;
    next_ = 0;
    switch (pass_) {
    case pass::count:
      find_border_buckets();
      pass_ = pass::borders;
      return false;
    case pass::borders:
      find_borders();
      pass_ = pass::write;
      return false;
    case pass::write:
      break;
    }
    return true;
  }

private:
  enum class pass : std::uint8_t { count, borders, write };
  static constexpr unsigned bucket_shift = 48;

  split_derivation(store& from, audience_info source) :
      audience_derivation(from), source_(std::move(source)) {}

  result<void> take(const recipient_view& row) {
    const auto hash = spread_hash(source_.hash, folded(row.email));
    const auto bucket = hash >> bucket_shift;
    if (pass_ == pass::count)
      ++counts_[bucket];
    else if (pass_ == pass::borders && std::ranges::binary_search(border_buckets_, bucket))
      in_border_buckets_.emplace_back(hash, next_);
    if (pass_ != pass::write)
      return {};
    const auto part = static_cast<std::size_t>(std::ranges::upper_bound(borders_, spread_place{hash, next_}) -
                                               borders_.begin());
    const auto taken = copiers_[part].copy(row);
    if (!taken)
      return std::unexpected(taken.error());
    rows_[part] += *taken ? 1U : 0U;
    return {};
  }

  void find_border_buckets() {
    letter_index before = 0;
    std::size_t border = 0;
    for (std::size_t bucket = 0; bucket < counts_.size() && border < border_ranks_.size(); ++bucket) {
      for (; border < border_ranks_.size() && border_ranks_[border] < before + counts_[bucket]; ++border)
        if (border_buckets_.empty() || border_buckets_.back() != bucket) {
          border_buckets_.push_back(bucket);
          ranks_before_.push_back(before);
        }
      before += counts_[bucket];
    }
  }

  /// A border is the first place that is behind its part.
  void find_borders() {
    std::ranges::sort(in_border_buckets_);
    for (const auto rank : border_ranks_) {
      auto bucket = border_buckets_.size();
      while (bucket > 1 && ranks_before_[bucket - 1] > rank)
        --bucket;
      const auto first = std::ranges::lower_bound(
          in_border_buckets_, spread_place{border_buckets_[bucket - 1] << bucket_shift, 0});
      borders_.push_back(*std::next(first, rank - ranks_before_[bucket - 1]));
    }
  }

  const audience_info source_;
  std::vector<row_copier> copiers_;
  std::vector<letter_index> border_ranks_; ///< how many rows are in the parts before each border
  pass pass_ = pass::count;
  letter_index next_ = 0;
  std::vector<letter_index> counts_ = std::vector<letter_index>(std::size_t{1} << (64U - bucket_shift));
  std::vector<std::uint64_t> border_buckets_; ///< sorted
  std::vector<letter_index> ranks_before_;    ///< how many rows are before each of them
  std::vector<spread_place> in_border_buckets_;
  std::vector<spread_place> borders_;
};

} // namespace

result<std::size_t> audience_derivation::begin(std::string name, timestamp now) {
  auto writer = store_.audiences().begin(name, now);
  if (!writer)
    return std::unexpected(writer.error());
  writers_.push_back(*std::move(writer));
  names_.push_back(std::move(name));
  rows_.push_back(0);
  return writers_.size() - 1;
}

result<std::vector<audience_info>> audience_derivation::commit(const act& done,
                                                               const audience_key_maker& key) {
  for (std::size_t at = 0; at < rows_.size(); ++at)
    if (rows_[at] == 0)
      return failure(error_code::invalid_input, notice{"derived_list_empty", {{"name", names_[at]}}});
  return store_.audiences().commit_all(writers_, done, key);
}

std::string_view name_of(letter_selection what) {
  return selection_names.at(static_cast<std::size_t>(what));
}

std::optional<letter_selection> parse_letter_selection(std::string_view text) {
  const auto found = std::ranges::find(selection_names, text);
  if (found == selection_names.end())
    return std::nullopt;
  return static_cast<letter_selection>(found - selection_names.begin());
}

std::optional<set_operation> parse_set_operation(std::string_view text) {
  if (text == "and")
    return set_operation::all_of;
  if (text == "or")
    return set_operation::any_of;
  return text == "without" ? std::optional(set_operation::without) : std::nullopt;
}

result<derivation_ptr> derive_by_outcome(store& from,
                                         campaign_id campaign,
                                         const std::vector<letter_selection>& what,
                                         std::string name,
                                         timestamp now) {
  return outcome_derivation::open(from, campaign, what, std::move(name), now);
}

result<derivation_ptr> derive_by_sets(store& from,
                                      set_operation what,
                                      const std::vector<audience_id>& audiences,
                                      std::string name,
                                      timestamp now) {
  return set_derivation::open(from, what, audiences, std::move(name), now);
}

result<derivation_ptr> derive_split(store& from,
                                    audience_id audience,
                                    const std::vector<unsigned>& percents,
                                    std::string name,
                                    timestamp now) {
  return split_derivation::open(from, audience, percents, name, now);
}

std::vector<letter_index> split_sizes(letter_index rows, const std::vector<unsigned>& percents) {
  std::vector<letter_index> sizes;
  std::vector<std::size_t> by_remainder(percents.size());
  letter_index given = 0;
  for (const auto percent : percents) {
    sizes.push_back(static_cast<letter_index>(std::uint64_t{rows} * percent / 100));
    given += sizes.back();
  }
  std::iota(by_remainder.begin(), by_remainder.end(), 0);
  std::ranges::sort(by_remainder, [&](std::size_t left, std::size_t right) {
    const auto remainder = [&](std::size_t part) { return std::uint64_t{rows} * percents[part] % 100; };
    return remainder(left) != remainder(right) ? remainder(left) > remainder(right) : left < right;
  });
  for (std::size_t at = 0; given < rows; ++at, ++given)
    ++sizes[by_remainder.at(at)];
  return sizes;
}

} // namespace sluice
