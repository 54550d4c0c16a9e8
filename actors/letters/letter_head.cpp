#include "actors/letters/letter_head.hpp"

#include "actors/letters/mime_header.hpp"
#include "messages/lower_case.hpp"
#include "messages/sha256.hpp"

#include <algorithm>
#include <array>

namespace sluice {

namespace {

constexpr std::size_t list_label_octets_max = 40;

std::unexpected<error> in_field(std::string_view field, const error& why) {
  auto what = notice_of(why);
  what.add({"field", field});
  return failure(error_code::invalid_input, std::move(what));
}

/// `name: mailbox` and its CRLF.
std::string mailbox_field(std::string_view name, std::string_view display_name, std::string_view address) {
  std::string field{name};
  field.append(": ");
  append_mailbox(field, field.size(), display_name, wire_address(address));
  return field.append("\r\n");
}

bool has_tag(std::string_view text) {
  return text.find("{{") != std::string_view::npos;
}

/// Lists are called as the files that they came from, unless somebody says otherwise.
std::string_view without_file_ending(std::string_view name) {
  for (const std::string_view ending : {".gz", ".csv", ".tsv", ".txt", ".xlsx", ".jsonl", ".ndjson", ".json"})
    if (name.size() > ending.size() && folded(name.substr(name.size() - ending.size())) == ending)
      name.remove_suffix(ending.size());
  return name;
}

std::string label_of(std::string_view list) {
  std::string label;
  for (const auto one : list) {
    const auto lower = ascii_lower_case(one);
    if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9'))
      label.push_back(lower);
    else if (!label.empty() && label.back() != '-')
      label.push_back('-');
    if (label.size() == list_label_octets_max)
      break;
  }
  label.erase(label.find_last_not_of('-') + 1);
  // Another name for another list, also where ASCII has nothing of it.
  if (std::ranges::any_of(list, [](char one) { return static_cast<unsigned char>(one) >= 0x80; })) {
    const auto hash = sha256(list);
    label += (label.empty() ? "list-" : "-") + to_hex(std::span{hash}.first(4));
  }
  return label;
}

} // namespace

std::string list_id(const campaign_spec& spec, std::string_view audience, std::string_view from_domain) {
  const auto label = label_of(spec.list.empty() ? without_file_ending(audience) : spec.list);
  if (label.empty())
    return {};
  const auto id = label + "." + std::string{from_domain};
  if (spec.list.empty())
    return "<" + id + ">";
  std::string text;
  append_mailbox(text, std::string_view{"List-Id: "}.size(), spec.list, id);
  return text;
}

result<letter_head> letter_head::parse(const letter_origin& origin,
                                       const campaign_spec& spec,
                                       std::span<const std::string> columns) {
  auto from = parse_mailbox(spec.from);
  if (!from)
    return in_field("from", from.error());
  if (has_tag(from->address))
    return failure(error_code::invalid_input, notice{"sender_address_has_tag", {{"field", "from"}}});
  const auto domain = ascii_domain(domain_of(from->address));
  letter_head parsed(message_ids(origin.campaign, domain, secret_of(origin.message_ids, origin.secret)));
  parsed.from_ = std::move(*from);
  parsed.has_8bit_sender_ = needs_smtputf8(parsed.from_.address);

  std::optional<error> fault;
  const auto parse_template = [&](std::string_view name, const std::string& text) {
    auto made = letter_template::parse(name, text, columns, {});
    if (!made && !fault)
      fault = made.error();
    return made ? std::optional(std::move(*made)) : std::nullopt;
  };
  if (has_tag(parsed.from_.display_name))
    parsed.from_name_ = parse_template("from", parsed.from_.display_name);
  parsed.from_field_ = mailbox_field("From", parsed.from_.display_name, parsed.from_.address);
  if (!spec.to_name.empty())
    parsed.to_name_ = parse_template("to_name", spec.to_name);
  if (has_tag(spec.reply_to)) {
    parsed.reply_to_ = parse_template("reply_to", spec.reply_to);
  } else if (!spec.reply_to.empty()) {
    const auto reply_to = parse_mailbox(spec.reply_to);
    if (!reply_to)
      return in_field("reply_to", reply_to.error());
    parsed.reply_to_field_ = mailbox_field("Reply-To", reply_to->display_name, reply_to->address);
    parsed.has_8bit_sender_ = parsed.has_8bit_sender_ || needs_smtputf8(reply_to->address);
  }
  parsed.subject_ = parse_template("subject", spec.subject).value_or(letter_template{});
  auto has_list_id = false;
  for (const auto& one : spec.headers) {
    parsed.own_.push_back(
        {one.name, parse_template("headers." + one.name, one.value).value_or(letter_template{})});
    has_list_id = has_list_id || folded(one.name) == "list-id";
  }
  if (fault)
    return std::unexpected(*fault);
  auto link = unsubscribe_link::parse(spec, columns);
  if (!link)
    return std::unexpected(link.error());
  parsed.link_ = std::move(*link);
  if (const auto id = list_id(spec, origin.list, domain); !has_list_id && !id.empty())
    parsed.list_id_field_ = "List-Id: " + id + "\r\n";
  return parsed;
}

result<std::string_view> letter_head::rendered(const letter_template& from,
                                               std::span<const std::string_view> values) {
  rendered_.clear();
  if (!from.render(values, rendered_))
    return failure(error_code::template_failed, notice{"template_result_too_large"});
  return rendered_;
}

result<void> letter_head::append(std::string_view recipient,
                                 std::span<const std::string_view> values,
                                 timestamp date,
                                 std::string& to,
                                 letter& one) {
  one.needs_smtputf8 = has_8bit_sender_;
  one.has_date = true;
  to.append(dates_.of(date)).append("\r\n");
  if (auto done = append_from(values, to); !done)
    return done;
  if (auto done = append_to(recipient, values, to, one); !done)
    return done;
  if (auto done = append_reply_to(values, to, one); !done)
    return done;
  if (auto done = append_text_field("Subject", subject_, values, to); !done)
    return done;
  append_message_id(recipient, to, one);
  to.append(list_id_field_);
  link_.append_fields(to);
  for (const auto& mine : own_)
    if (auto done = append_text_field(mine.name, mine.value, values, to); !done)
      return done;
  one.has_8bit = one.needs_smtputf8;
  return {};
}

result<void> letter_head::append_from(std::span<const std::string_view> values, std::string& to) {
  if (!from_name_) {
    to.append(from_field_);
    return {};
  }
  const auto name = rendered(*from_name_, values);
  if (!name)
    return std::unexpected(name.error());
  to.append(mailbox_field("From", *name, from_.address));
  return {};
}

/// The envelope's recipient is the text of the To field: kept once.
result<void> letter_head::append_to(std::string_view recipient,
                                    std::span<const std::string_view> values,
                                    std::string& to,
                                    letter& one) {
  const auto address = wire_address(recipient);
  one.needs_smtputf8 = one.needs_smtputf8 || needs_smtputf8(address);
  to.append("To: ");
  if (to_name_) {
    const auto name = rendered(*to_name_, values);
    if (!name)
      return std::unexpected(name.error());
    append_mailbox(to, 4, *name, address);
    one.recipient_at = static_cast<std::uint32_t>(to.rfind(address));
  } else {
    one.recipient_at = static_cast<std::uint32_t>(to.size());
    to.append(address);
  }
  one.recipient_bytes = static_cast<std::uint32_t>(address.size());
  to.append("\r\n");
  return {};
}

result<void>
letter_head::append_reply_to(std::span<const std::string_view> values, std::string& to, letter& one) {
  if (!reply_to_) {
    to.append(reply_to_field_);
    return {};
  }
  const auto text = rendered(*reply_to_, values);
  if (!text)
    return std::unexpected(text.error());
  if (text->find_first_not_of(" \t") == std::string_view::npos)
    return {}; // answers go to From
  const auto reply_to = parse_mailbox(*text);
  if (!reply_to)
    return failure(error_code::template_failed, notice{"reply_to_wrong", {}, {notice_of(reply_to.error())}});
  one.needs_smtputf8 = one.needs_smtputf8 || needs_smtputf8(reply_to->address);
  to.append(mailbox_field("Reply-To", reply_to->display_name, reply_to->address));
  return {};
}

result<void> letter_head::append_text_field(std::string_view name,
                                            const letter_template& value,
                                            std::span<const std::string_view> values,
                                            std::string& to) {
  const auto text = rendered(value, values);
  if (!text)
    return std::unexpected(text.error());
  to.append(name).append(": ");
  append_header_text(to, name.size() + 2, *text);
  to.append("\r\n");
  return {};
}

/// Of the address as the audience has it, so that it stays when the address is sent otherwise. Never folded: receivers
/// compare it, and not all of them unfold it.
void letter_head::append_message_id(std::string_view recipient, std::string& to, letter& one) const {
  to.append("Message-ID: ");
  one.message_id_at = static_cast<std::uint32_t>(to.size() + 1); // behind its bracket
  message_ids_.append(to, recipient);
  const auto bytes = to.find('@', one.message_id_at) - one.message_id_at;
  one.message_id_bytes = bytes <= UINT8_MAX ? static_cast<std::uint8_t>(bytes) : std::uint8_t{0};
  to.append("\r\n");
}

} // namespace sluice
