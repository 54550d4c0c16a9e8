#include "actors/letters/letter_composer.hpp"

#include "actors/letters/letter_body.hpp"
#include "actors/letters/letter_template.hpp"
#include "actors/letters/letter_writer.hpp"
#include "actors/letters/mime_header.hpp"
#include "messages/address.hpp"
#include "messages/check.hpp"
#include "messages/message_id.hpp"
#include "messages/utf8.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <limits>
#include <optional>
#include <span>

namespace sluice {

namespace {

constexpr std::string_view unsubscribe_column = "unsubscribe_url";
/// Batches are told apart by 32-bit offsets.
constexpr std::size_t batch_bytes_max =
    std::numeric_limits<std::uint32_t>::max() - 16 * letter_bytes_max - 2 * attachments_bytes_max;

/// `why` is a notice's code.
std::unexpected<error> cannot_render(std::string_view why) {
  return failure(error_code::template_failed, notice{why});
}

std::unexpected<error> in_field(std::string_view field, const error& why) {
  auto what = notice_of(why);
  what.add({"field", field});
  return failure(error_code::invalid_input, std::move(what));
}

/// "Tue, 01 Dec 2026 09:00:00 +0000" (RFC 5322 section 3.3).
std::string date_text(std::chrono::sys_seconds second) {
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto midnight = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss time{second - midnight};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
                days[std::chrono::weekday{midnight}.c_encoding()], static_cast<unsigned>(date.day()),
                months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

/// What may stand in an envelope and a header as an address. Import checked it; a letter is the last gate.
bool is_safe_address(std::string_view address) {
  return !address.empty() && address.size() <= 254 && std::ranges::none_of(address, [](char one) {
    const auto byte = static_cast<unsigned char>(one);
    return byte <= 0x20 || byte == 0x7f || one == '<' || one == '>';
  });
}

bool starts_with_no_case(std::string_view text, std::string_view lower_start) {
  return folded(text.substr(0, lower_start.size())) == lower_start;
}

bool is_web_address(std::string_view url) {
  return starts_with_no_case(url, "https://") || starts_with_no_case(url, "http://");
}

/// Percent-encodes what no URL has (RFC 3986 section 2): the template's own text may hold anything.
void make_url_safe(std::string& url) {
  static constexpr std::string_view never = "<>\"\\^`{|}";
  static constexpr std::string_view digits = "0123456789ABCDEF";
  const auto is_wrong = [](char one) {
    const auto byte = static_cast<unsigned char>(one);
    return byte <= 0x20 || byte >= 0x7f || never.find(one) != std::string_view::npos;
  };
  if (std::ranges::none_of(url, is_wrong))
    return;
  std::string safe;
  for (const auto one : url)
    if (const auto byte = static_cast<unsigned char>(one); is_wrong(one))
      safe.append({'%', digits[byte >> 4U], digits[byte & 0x0fU]});
    else
      safe.push_back(one);
  url = std::move(safe);
}

/// The host with A-labels, in which alone DNS knows it: percent-encoded (RFC 3986 section 3.2.2) few programs find it.
void make_host_ascii(std::string& url) {
  const auto replace = [&](std::size_t begin, std::size_t end) {
    const auto host = std::string_view{url}.substr(begin, end - begin);
    if (std::ranges::any_of(host, [](char one) { return static_cast<unsigned char>(one) >= 0x80; }))
      url.replace(begin, end - begin, ascii_domain(host));
  };
  if (starts_with_no_case(url, "mailto:")) {
    const auto end = std::min(url.find('?'), url.size());
    if (const auto at = url.substr(0, end).rfind('@'); at != std::string::npos)
      replace(at + 1, end);
    return;
  }
  if (!is_web_address(url))
    return;
  const auto begin = url.find("//") + 2;
  const auto end = std::min(url.find_first_of("/?#", begin), url.size());
  const auto authority = std::string_view{url}.substr(begin, end - begin);
  const auto user = authority.rfind('@');
  const auto host = user == std::string_view::npos ? 0 : user + 1;
  replace(begin + host, begin + std::min(authority.find(':', host), authority.size()));
}

struct parsed_templates {
  letter_template subject;
  std::optional<letter_template> unsubscribe_url;
  body_templates bodies;
};

result<parsed_templates> parse_templates(const campaign_spec& spec, std::span<const std::string> columns) {
  parsed_templates parsed;
  // In bodies {{unsubscribe_url}} is the letter's own link, unless the audience has a column of that name.
  std::vector<std::string> names(columns.begin(), columns.end());
  names.emplace_back(unsubscribe_column);
  auto subject = letter_template::parse("subject", spec.subject, columns, {});
  if (!subject)
    return std::unexpected(subject.error());
  parsed.subject = std::move(*subject);
  if (!spec.unsubscribe_url.empty()) {
    auto url = letter_template::parse(unsubscribe_column, spec.unsubscribe_url, columns,
                                      {value_escaping::percent, template_lines::as_given});
    if (!url)
      return std::unexpected(url.error());
    parsed.unsubscribe_url = std::move(*url);
  }
  auto bodies = parse_body_templates(spec, names);
  if (!bodies)
    return std::unexpected(bodies.error());
  parsed.bodies = std::move(*bodies);
  return parsed;
}

struct parsed_campaign {
  mailbox from;
  std::optional<mailbox> reply_to;
  parsed_templates templates;
};

result<parsed_campaign> parse_campaign(const campaign_spec& spec, std::span<const std::string> columns) {
  parsed_campaign parsed;
  auto from = parse_mailbox(spec.from);
  if (!from)
    return in_field("from", from.error());
  parsed.from = std::move(*from);
  if (!spec.reply_to.empty()) {
    auto reply_to = parse_mailbox(spec.reply_to);
    if (!reply_to)
      return in_field("reply_to", reply_to.error());
    parsed.reply_to = std::move(*reply_to);
  }
  auto templates = parse_templates(spec, columns);
  if (!templates)
    return std::unexpected(templates.error());
  parsed.templates = std::move(*templates);
  return parsed;
}

class mime_letter_composer final : public letter_composer {
public:
  mime_letter_composer(campaign_id campaign,
                       parsed_campaign parsed,
                       std::size_t columns,
                       letter_body body,
                       std::string shared) :
      message_ids_(campaign, ascii_domain(domain_of(parsed.from.address))),
      subject_(std::move(parsed.templates.subject)),
      unsubscribe_url_(std::move(parsed.templates.unsubscribe_url)), body_(std::move(body)),
      shared_text_(std::make_shared<const std::string>(std::move(shared))), columns_(columns),
      values_(columns + 1) {
    before_recipient_ = "\r\nFrom: ";
    append_mailbox(before_recipient_, 6, parsed.from.display_name, wire_address(parsed.from.address));
    before_recipient_.append("\r\nTo: ");
    if (parsed.reply_to) {
      before_subject_ = "\r\nReply-To: ";
      append_mailbox(before_subject_, 10, parsed.reply_to->display_name,
                     wire_address(parsed.reply_to->address));
    }
    before_subject_.append("\r\nSubject: ");
    has_8bit_sender_ =
        needs_smtputf8(parsed.from.address) || (parsed.reply_to && needs_smtputf8(parsed.reply_to->address));
  }

  result<void> compose(letter_index index, const recipient_view& to, timestamp date, batch& into) override {
    if (into.text.size() > batch_bytes_max)
      return failure(error_code::too_large, notice{"batch_too_large"});
    if (!is_safe_address(to.email))
      return cannot_render("recipient_unsafe");
    if (!into.shared_text)
      into.shared_text = shared_text_;
    check(into.shared_text == shared_text_, "a batch has letters of one composer");
    set_values(to);
    letter one;
    one.index = index;
    letter_writer out(into);
    auto done = append_letter(to.email, date, out, one);
    clear_values(to);
    if (!done) {
      out.drop();
      return done;
    }
    out.finish(one);
    into.letters.push_back(one);
    last_ = one;
    return {};
  }

  void reserve(batch& into, std::size_t letters, std::size_t bytes_max) const override {
    const auto own_bytes = last_.own_bytes + last_.own_bytes / 16;
    const auto bytes = own_bytes + last_.piece_count * sizeof(piece) + sizeof(letter);
    letters = std::min(letters, bytes_max / bytes);
    into.text.reserve(letters * own_bytes);
    into.pieces.reserve(letters * last_.piece_count);
    into.letters.reserve(letters);
  }

private:
  void set_values(const recipient_view& to) {
    for (const auto& field : to.fields)
      if (field.column < columns_)
        values_[field.column] = field.value;
    if (columns_ > 0)
      values_[0] = to.email; // "email" is always the first column
  }

  /// Only what was set: an audience may have many columns, and a recipient few of them.
  void clear_values(const recipient_view& to) {
    for (const auto& field : to.fields)
      if (field.column < columns_)
        values_[field.column] = {};
  }

  result<void> append_letter(std::string_view address, timestamp date, letter_writer& out, letter& one) {
    if (auto done = render_url(); !done)
      return done;
    values_[columns_] = url_;
    rendered_subject_.clear();
    if (!subject_.render(values_, rendered_subject_))
      return cannot_render("template_result_too_large");
    append_head(address, wire_address(address), date, out.text(), one);
    return body_.append(values_, out);
  }

  result<void> render_url() {
    url_.clear();
    if (!unsubscribe_url_)
      return {};
    if (!unsubscribe_url_->render(values_, url_))
      return cannot_render("unsubscribe_url_too_large");
    make_host_ascii(url_);
    make_url_safe(url_);
    if (!is_web_address(url_) && !starts_with_no_case(url_, "mailto:"))
      return cannot_render("unsubscribe_url_scheme_wrong");
    if (url_.size() > line_octets_max - 3) // a line of its own: space, < and >
      return cannot_render("unsubscribe_url_too_long");
    return {};
  }

  /// The Message-ID is of the address as the audience has it, so that it stays when the address is sent otherwise.
  void append_head(std::string_view stored_address,
                   std::string_view address,
                   timestamp date,
                   std::string& to,
                   letter& one) {
    to.append("Date: ").append(date_of(date)).append(before_recipient_);
    // The envelope's recipient is the text of the To field: kept once.
    one.recipient_at = static_cast<std::uint32_t>(to.size());
    one.recipient_bytes = static_cast<std::uint32_t>(address.size());
    one.needs_smtputf8 = has_8bit_sender_ || needs_smtputf8(address);
    one.has_8bit = one.needs_smtputf8;
    to.append(address).append(before_subject_);
    append_header_text(to, 9, rendered_subject_);
    to.append("\r\nMessage-ID: "); // never folded: receivers compare it, and not all of them unfold it
    append_message_id(stored_address, to, one);
    to.append("\r\n");
    append_unsubscribe(to);
  }

  void append_message_id(std::string_view stored_address, std::string& to, letter& one) const {
    one.message_id_at = static_cast<std::uint32_t>(to.size() + 1); // behind its bracket
    message_ids_.append(to, stored_address);
    const auto bytes = to.find('@', one.message_id_at) - one.message_id_at;
    one.message_id_bytes = bytes <= UINT8_MAX ? static_cast<std::uint8_t>(bytes) : std::uint8_t{0};
  }

  void append_unsubscribe(std::string& to) const {
    if (url_.empty())
      return;
    const auto is_short = url_.size() + 20 <= line_octets_wanted;
    to.append(is_short ? "List-Unsubscribe: <" : "List-Unsubscribe:\r\n <").append(url_).append(">\r\n");
    if (starts_with_no_case(url_, "https://")) // RFC 8058 section 3.1
      to.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
  }

  const std::string& date_of(timestamp date) {
    const auto second = std::chrono::floor<std::chrono::seconds>(date);
    if (date_text_.empty() || second != date_) {
      date_ = second;
      date_text_ = date_text(second);
    }
    return date_text_;
  }

  message_ids message_ids_;
  std::string before_recipient_;
  std::string before_subject_;
  letter_template subject_;
  std::optional<letter_template> unsubscribe_url_;
  letter_body body_;
  std::shared_ptr<const std::string> shared_text_;
  std::size_t columns_;
  bool has_8bit_sender_ = false;

  // Kept from letter to letter for their memory.
  std::vector<std::string_view> values_;
  std::string rendered_subject_;
  std::string url_;
  std::string date_text_;
  std::chrono::sys_seconds date_{};
  letter last_;
};

} // namespace

result<void> check_templates(const campaign_spec& spec) {
  // Parsing does not depend on the audience: a tag without a column is taken and renders as nothing.
  static const std::vector<std::string> columns{"email"};
  const auto parsed = parse_campaign(spec, columns);
  return parsed ? result<void>{} : failure(error_code::invalid_input, notice_of(parsed.error()));
}

result<void> letter_composer::compose(letter_index index, const recipient& to, timestamp date, batch& into) {
  std::vector<field_view> fields;
  fields.reserve(to.fields.size());
  for (const auto& field : to.fields)
    fields.push_back({field.column, field.value});
  return compose(index, recipient_view{to.email, fields}, date, into);
}

result<std::unique_ptr<letter_composer>> make_letter_composer(campaign_id campaign,
                                                              const campaign_spec& spec,
                                                              const std::vector<std::string>& columns,
                                                              attachment_source attachments) {
  auto parsed = parse_campaign(spec, columns);
  if (!parsed)
    return std::unexpected(parsed.error());
  std::string shared;
  auto body = letter_body::make(campaign, parsed->templates.bodies, spec.attachments, columns,
                                std::move(attachments), shared);
  if (!body)
    return std::unexpected(body.error());
  shared.shrink_to_fit(); // it stays for as long as the campaign sends, and there may be a thousand of them
  return std::make_unique<mime_letter_composer>(campaign, std::move(*parsed), columns.size(),
                                                std::move(*body), std::move(shared));
}

} // namespace sluice
