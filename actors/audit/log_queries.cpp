#include "actors/audit/log_queries.hpp"

#include "actors/audit/letter_history.hpp"
#include "messages/address.hpp"
#include "messages/address_search.hpp"
#include "messages/message_id.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// Those letters' rows, filled in from the log. `rows` is sorted by index.
class log_follower {
public:
  explicit log_follower(std::vector<letter_row>& rows) : rows_(rows) {}

  void follow(const event& next) {
    if (const auto* claim = std::get_if<claimed>(&next.body))
      each(claim->letters, [&](letter_row& row) {
        ++row.attempts;
        put(row, letter_state::claimed, next.at);
      });
    else if (const auto* outcomes = std::get_if<settled>(&next.body))
      for (const auto& group : outcomes->groups)
        each(group.letters, [&](letter_row& row) {
          put(row, group.outcome, next.at);
          row.last_reply = group.answer;
          row.is_refused_for_now = group.is_provisional;
          if (group.outcome == letter_state::deferred && !group.is_provisional)
            row.retry_at = group.retry_at;
        });
    else if (const auto* doubt = std::get_if<doubt_settled>(&next.body))
      each(doubt->letters, [&](letter_row& row) {
        put(row, doubt->outcome(), next.at);
        if (doubt->waits())
          row.retry_at = doubt->retry_at;
        if (!doubt->resend)
          row.last_reply = reply_of(given_up_by(next.by));
      });
    else if (const auto* refusals = std::get_if<refusals_settled>(&next.body))
      each(refusals->letters, [&](letter_row& row) {
        put(row, refusals->outcome(), next.at);
        row.is_refused_for_now = refusals->waits();
        if (refusals->waits())
          row.retry_at = refusals->retry_at;
      });
  }

private:
  template <class Visit>
  void each(const letter_ranges& letters, Visit&& visit) {
    for (const auto& range : letters)
      for (auto row = std::ranges::lower_bound(rows_, range.begin, {}, &letter_row::index);
           row != rows_.end() && row->index < range.end; ++row)
        visit(*row);
  }

  static notice given_up_by(const std::string& who) {
    notice what{"given_up_in_doubt"};
    if (!who.empty())
      what.add({"by", who});
    return what;
  }

  static void put(letter_row& row, letter_state state, timestamp at) {
    row.state = state;
    row.changed_at = at;
    row.retry_at.reset();
  }

  std::vector<letter_row>& rows_;
};

bool is_refused_for_now(const campaign_state& state, letter_index index) {
  return state.provisional.contains(index) && state.letters.at(index) == letter_state::deferred;
}

/// Whether the query asks for letters like this one.
bool is_asked_for(const campaign_state& state, const letters_query& query, letter_index index) {
  return (!query.outcome || (index < state.letters.size() && state.letters.at(index) == *query.outcome)) &&
         (!query.is_refused_for_now || is_refused_for_now(state, index));
}

/// The next `limit` letters behind `after`, of one state or of any.
std::vector<letter_row> chosen(const campaign_state& state, const letters_query& query) {
  std::vector<letter_row> rows;
  const auto limit = std::min(query.limit, letters_limit_max);
  auto index = query.after ? *query.after + 1 : 0;
  if (query.is_refused_for_now) {
    for (auto one = state.provisional.lower_bound(index);
         one != state.provisional.end() && rows.size() < limit; ++one)
      if (is_asked_for(state, query, one->first))
        rows.emplace_back().index = one->first;
    return rows;
  }
  while (rows.size() < limit && index < state.letters.size()) {
    if (query.outcome)
      index = state.letters.find(*query.outcome, index);
    if (index >= state.letters.size())
      break;
    rows.emplace_back().index = index;
    ++index;
  }
  return rows;
}

result<void>
name_recipients(const store& from, const campaign_view& campaign, std::vector<letter_row>& rows) {
  const auto sender = parse_mailbox(campaign.spec.from);
  const auto domain = sender ? ascii_domain(domain_of(sender->address)) : std::string{};
  const auto secret = secret_of(campaign.message_ids, from.secret());
  for (std::size_t first = 0; first < rows.size();) {
    auto last = first + 1;
    while (last < rows.size() && rows[last].index == rows[last - 1].index + 1)
      ++last;
    const auto read = from.audiences().read(campaign.audience.id, rows[first].index, last - first);
    // Of a deleted list there is what became of each letter, but not whose it was.
    if (!read && read.error().notice.code == "audience_deleted")
      return {};
    if (!read)
      return std::unexpected(read.error());
    for (std::size_t at = 0; at < read->size(); ++at) {
      rows[first + at].is_erased = (*read)[at].email.empty();
      if (rows[first + at].is_erased)
        continue;
      rows[first + at].email = (*read)[at].email;
      rows[first + at].message_id = message_id(campaign.id, domain, secret, (*read)[at].email);
    }
    first = last;
  }
  return {};
}

/// Fills in rows whose letters `choose` takes from the log's index, from the events that touch them.
result<std::vector<letter_row>>
filled(const store& from,
       const campaign_view& campaign,
       letter_history* seen,
       const std::function<std::vector<letter_row>(const campaign_state&)>& choose) {
  letter_history only_now;
  std::vector<letter_row> rows;
  std::vector<event_span> spans;
  const auto looked = (seen ? *seen : only_now).look(from, campaign.id, [&](const letter_log_index& index) {
    rows = choose(index.state());
    std::vector<letter_index> letters;
    for (const auto& row : rows)
      letters.push_back(row.index);
    spans = index.spans_of(letters);
  });
  if (!looked)
    return std::unexpected(looked.error());
  log_follower follower(rows);
  for (const auto& span : spans) {
    const auto read = from.journal().read(campaign.id, span.first, [&](const stored_event& stored) {
      if (stored.number <= span.last)
        follower.follow(stored.event);
      return stored.number < span.last;
    });
    if (!read)
      return std::unexpected(read.error());
  }
  if (auto named = name_recipients(from, campaign, rows); !named)
    return std::unexpected(named.error());
  return rows;
}

} // namespace

result<std::vector<letter_row>> list_letters(const store& from,
                                             const campaign_view& campaign,
                                             const letters_query& query,
                                             letter_history* seen) {
  return filled(from, campaign, seen, [&](const campaign_state& state) { return chosen(state, query); });
}

result<letter_row> find_letter(const store& from,
                               const campaign_view& campaign,
                               std::string_view address,
                               letter_history* seen) {
  if (campaign.audience.id == audience_id{})
    return failure(error_code::not_found,
                   notice{"campaign_without_audience", {{"campaign", to_string(campaign.id)}}});
  const auto index = from.audiences().find(campaign.audience.id, address);
  if (!index)
    return std::unexpected(index.error());
  if (!*index)
    return failure(error_code::not_found,
                   notice{"recipient_unknown", {{"address", address}, {"campaign", to_string(campaign.id)}}});
  std::vector<letter_row> rows(1);
  rows.front().index = **index;
  auto done = filled(from, campaign, seen, [&](const campaign_state&) { return rows; });
  if (!done)
    return std::unexpected(done.error());
  return std::move(done->front());
}

result<found_letters> search_letters(const store& from,
                                     const campaign_view& campaign,
                                     std::string_view words,
                                     const letters_query& query,
                                     letter_history* seen) {
  constexpr std::size_t rows_at_a_time = 2000;
  found_letters found;
  letter_history only_now;
  auto& history = seen ? *seen : only_now;
  std::optional<campaign_state> state;
  if (query.outcome || query.is_refused_for_now) {
    const auto looked =
        history.look(from, campaign.id, [&](const letter_log_index& index) { state = index.state(); });
    if (!looked)
      return std::unexpected(looked.error());
  }
  const searched_words wanted(words);
  const auto limit = std::min(query.limit, search_limit_max);
  const auto first = query.after ? *query.after + 1 : 0;
  const auto end = std::min(campaign.audience.size, first + search_rows_max);
  auto index = first;
  while (index < end && found.rows.size() < limit) {
    const auto read = from.audiences().read(campaign.audience.id, index,
                                            std::min<std::size_t>(rows_at_a_time, end - index));
    if (!read)
      return std::unexpected(read.error());
    if (read->empty())
      return failure(error_code::corrupt,
                     notice{"row_missing", {{"row", index}, {"audience", campaign.audience.name}}});
    for (const auto& row : *read) {
      if (found.rows.size() == limit)
        break;
      if (!row.email.empty() && wanted.are_in(row.email) && (!state || is_asked_for(*state, query, index)))
        found.rows.emplace_back().index = index;
      ++index;
    }
  }
  if (index < campaign.audience.size && index > first)
    found.last = index - 1;
  if (found.rows.empty())
    return found;
  auto rows = filled(from, campaign, &history, [&](const campaign_state&) { return found.rows; });
  if (!rows)
    return std::unexpected(rows.error());
  found.rows = std::move(*rows);
  return found;
}

result<audience_row> letter_recipient(const store& from, const campaign_view& campaign, letter_index index) {
  if (campaign.audience.id == audience_id{})
    return failure(error_code::not_found,
                   notice{"campaign_without_audience", {{"campaign", to_string(campaign.id)}}});
  const auto info = from.audiences().info(campaign.audience.id);
  if (!info)
    return std::unexpected(info.error());
  if (index >= info->size)
    return failure(error_code::not_found,
                   notice{"letter_unknown", {{"letter", index}, {"last", info->size - 1}}});
  auto rows = from.audiences().read(info->id, index, 1);
  if (!rows)
    return std::unexpected(rows.error());
  if (rows->empty())
    return failure(error_code::corrupt,
                   notice{"row_missing", {{"row", index}, {"audience", to_string(info->id)}}});
  if (rows->front().email.empty())
    return failure(error_code::not_found, notice{"recipient_erased"});
  return audience_row{*info, std::move(rows->front())};
}

} // namespace sluice
