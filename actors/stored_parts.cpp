#include "actors/stored_parts.hpp"

#include "actors/letters/partials.hpp"
#include "messages/utf8.hpp"

#include <algorithm>
#include <set>

namespace sluice {

namespace {

constexpr std::size_t names_shown_max = 20;

std::unexpected<error> wrong_part(std::string_view field, notice why) {
  why.add({"field", field});
  return failure(error_code::invalid_input, std::move(why));
}

/// Names those that there are.
std::unexpected<error> unknown_partial(const store& from, std::string_view name) {
  const auto all = from.partials().list();
  if (!all)
    return std::unexpected(all.error());
  std::string known;
  for (std::size_t at = 0; at < std::min(all->size(), names_shown_max); ++at)
    known += (at == 0 ? "" : ", ") + (*all)[at].name;
  if (all->size() > names_shown_max)
    known += " …";
  return failure(error_code::invalid_input, notice{"partial_unknown", {{"name", name}, {"known", known}}});
}

result<void> take_partials(const store& from, campaign_spec& spec) {
  auto taken = partials_of(spec, [&](std::string_view name) -> result<partial> {
    auto found = from.partials().find(name);
    if (!found && found.error().code == error_code::not_found)
      return unknown_partial(from, name);
    if (!found)
      return std::unexpected(found.error());
    return partial{
        .name = std::move(found->name), .version = found->version, .content = std::move(found->content)};
  });
  if (!taken)
    return std::unexpected(taken.error());
  spec.partials = std::move(*taken);
  return {};
}

result<void> take_attachments(const store& from, campaign_spec& spec, audience_id audience) {
  std::uint64_t bytes = 0;
  std::set<std::string_view> content_ids;
  for (auto& one : spec.attachments) {
    if (one.id.empty() == one.column.empty())
      return wrong_part("attachments", notice{"attachment_needs_id"});
    if (!one.content_id.empty() && !content_ids.insert(one.content_id).second)
      return wrong_part("attachments",
                        notice{"attachment_content_id_twice", {{"content_id", excerpt(one.content_id)}}});
    if (!one.column.empty()) {
      if (audience == audience_id{})
        continue;
      const auto info = from.audiences().info(audience);
      if (!info)
        return std::unexpected(info.error());
      if (std::ranges::find(info->columns, one.column) == info->columns.end())
        return wrong_part("attachments", notice{"attachment_column_unknown", {{"column", one.column}}});
      continue;
    }
    const auto stored = from.attachments().info(one.id);
    if (!stored && stored.error().code == error_code::not_found)
      return wrong_part("attachments", notice_of(stored.error()));
    if (!stored)
      return std::unexpected(stored.error());
    if (one.name.empty())
      one.name = stored->name;
    if (one.type.empty())
      one.type = stored->type;
    bytes += stored->bytes;
  }
  if (bytes > attachments_bytes_max)
    return wrong_part("attachments", notice{"attachments_too_large", {{"max", attachments_bytes_max}}});
  return {};
}

} // namespace

attachment_source attachments_in(const store& from) {
  return [&from](std::string_view id) -> result<attachment_content> {
    auto info = from.attachments().info(id);
    if (!info)
      return std::unexpected(info.error());
    auto octets = from.attachments().read(id);
    if (!octets)
      return std::unexpected(octets.error());
    return attachment_content{std::move(info->name), std::move(info->type), std::move(*octets)};
  };
}

result<void> take_parts(const store& from, campaign_spec& spec, audience_id audience) {
  if (auto taken = take_partials(from, spec); !taken)
    return taken;
  return take_attachments(from, spec, audience);
}

} // namespace sluice
