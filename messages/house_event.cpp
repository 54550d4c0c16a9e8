#include "messages/house_event.hpp"

#include <numeric>

namespace sluice {

namespace {

std::size_t count_of(const house::suppressions_added& it) {
  return std::accumulate(it.groups.begin(), it.groups.end(), std::size_t{0},
                         [](std::size_t sum, const auto& group) { return sum + group.targets.size(); });
}

std::string list_of(const std::vector<house::named_text>& texts) {
  std::string all;
  for (const auto& [name, text] : texts) {
    all += all.empty() ? "" : ", ";
    all += name.empty() ? text : name + "=" + text;
  }
  return all;
}

notice words_of_it(const house::log_began&) {
  return notice{"house_log_began"};
}
notice words_of_it(const house::engine_started& it) {
  return notice{
      "house_engine_started",
      {{"version", it.version}, {"relays", list_of(it.relays)}, {"settings", list_of(it.settings)}}};
}
notice words_of_it(const house::token_created& it) {
  notice said{it.is_adopted ? "house_token_found" : "house_token_created",
              {{"name", it.name}, {"role", it.role}, {"id", it.id}}};
  if (it.expires_at)
    said.add({"expires", *it.expires_at});
  return said.add({"limits", list_of(it.limits)});
}
notice words_of_it(const house::token_rotated& it) {
  notice said{"house_token_rotated", {{"name", it.name}, {"id", it.id}}};
  if (it.old_until)
    said.add({"until", *it.old_until});
  return said;
}
notice words_of_it(const house::signed_in& it) {
  return notice{"house_signed_in", {{"role", it.role}}};
}
notice words_of_it(const house::signed_out& it) {
  return notice{"house_signed_out", {{"why", it.why}}};
}
notice words_of_it(const house::token_revoked& it) {
  return notice{"house_token_revoked", {{"name", it.name}, {"id", it.id}}};
}
notice words_of_it(const house::suppressions_added& it) {
  notice said{it.is_adopted ? "house_suppressions_found" : "house_suppressions_added",
              {{"count", count_of(it)}}};
  if (it.groups.size() == 1)
    said.add({"list", it.groups.front().list}).add({"reason", it.groups.front().reason});
  return said;
}
notice words_of_it(const house::suppressions_removed& it) {
  return notice{"house_suppressions_removed", {{"count", it.targets.size()}, {"list", it.list}}};
}
notice words_of_it(const house::audience_imported& it) {
  return notice{
      it.is_adopted ? "house_audience_found" : "house_audience_imported",
      {{"audience", to_string(it.audience)}, {"name", it.name}, {"rows", it.size}, {"hash", it.hash}}};
}
notice words_of_it(const house::audience_renamed& it) {
  return notice{"house_audience_renamed",
                {{"audience", to_string(it.audience)}, {"name", it.name}, {"before", it.before}}};
}
notice words_of_it(const house::audience_deleted& it) {
  return notice{
      "house_audience_deleted",
      {{"audience", to_string(it.audience)}, {"name", it.name}, {"rows", it.size}, {"hash", it.hash}}};
}
notice words_of_it(const house::audience_rooted& it) {
  return notice{"house_audience_rooted",
                {{"audience", to_string(it.audience)}, {"hash", it.hash}, {"root", it.root}}};
}
notice words_of_it(const house::test_copy_sent& it) {
  return notice{"house_test_copy_sent",
                {{"campaign", to_string(it.campaign)},
                 {"row", it.letter + 1},
                 {"recipient", it.shown},
                 {"outcome", it.outcome},
                 {"reply", it.reply}}};
}
notice words_of_it(const house::recipients_read& it) {
  return notice{"house_recipients_read", {{"what", it.what}, {"of", it.of}, {"rows", it.rows}}};
}
notice words_of_it(const house::sealed& it) {
  return notice{"house_sealed", {{"logs", it.logs}, {"hash", it.hash}}};
}
notice words_of_it(const house::sign_ins_refused& it) {
  return notice{"house_sign_ins_refused", {{"count", it.count}, {"since", it.since}}};
}
notice words_of_it(const house::address_erased& it) {
  return notice{"house_address_erased", {{"rows", it.rows}, {"suppressions", it.suppressions}}};
}
notice words_of_it(const house::tables_accepted& it) {
  return notice{"house_tables_accepted", {{"words", it.words}, {"count", it.differences}}};
}
notice words_of_it(const house::campaign_removed& it) {
  return notice{"house_campaign_removed",
                {{"campaign", to_string(it.campaign)},
                 {"name", it.name},
                 {"status", it.status},
                 {"letters", it.total},
                 {"accepted", it.accepted},
                 {"refused", it.refused},
                 {"skipped", it.skipped},
                 {"since", it.over_since},
                 {"event", it.last},
                 {"hash", it.hash}}};
}

} // namespace

std::string_view type_of(const house_body& body) {
  static constexpr std::array<std::string_view, std::variant_size_v<house_body>> types{"log_began",
                                                                                       "engine_started",
                                                                                       "token_created",
                                                                                       "token_revoked",
                                                                                       "suppressions_added",
                                                                                       "suppressions_removed",
                                                                                       "audience_imported",
                                                                                       "audience_renamed",
                                                                                       "audience_deleted",
                                                                                       "audience_rooted",
                                                                                       "test_copy_sent",
                                                                                       "recipients_read",
                                                                                       "sealed",
                                                                                       "sign_ins_refused",
                                                                                       "address_erased",
                                                                                       "tables_accepted",
                                                                                       "token_rotated",
                                                                                       "signed_in",
                                                                                       "signed_out",
                                                                                       "campaign_removed"};
  return types[body.index()];
}

notice notice_of(const house_event& what) {
  auto said = std::visit([](const auto& body) { return words_of_it(body); }, what.body);
  // Where there is nothing to say of something, its words are left out.
  std::erase_if(said.parameters, [](const auto& one) {
    const auto* const text = std::get_if<std::string>(&one.value);
    return text != nullptr && text->empty();
  });
  return said;
}

} // namespace sluice
