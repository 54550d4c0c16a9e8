#include "actors/letters/letter_composer.hpp"

#include "actors/letters/letter_template.hpp"
#include "actors/letters/mime_body.hpp"
#include "actors/letters/mime_header.hpp"
#include "messages/address.hpp"
#include "messages/message_id.hpp"
#include "messages/sha256.hpp"
#include "messages/utf8.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <limits>
#include <optional>
#include <span>

namespace sluice {

namespace {

/// A whole letter, headers and encoded bodies.
constexpr std::size_t letter_bytes_max = 2U << 20U;
constexpr std::string_view unsubscribe_column = "unsubscribe_url";
constexpr std::size_t half_hash = 16;
constexpr std::size_t batch_bytes_reserved_max = 64U << 20U;

/// `why` is a notice's code.
std::unexpected<error> cannot_render(std::string_view why) {
  return failure(error_code::template_failed, notice{why});
}

std::unexpected<error> in_field(std::string_view field, const error& why) {
  auto what = notice_of(why);
  what.add({"field", field});
  return failure(error_code::invalid_input, std::move(what));
}

void append_hex(std::string& to, std::span<const std::uint8_t> bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  for (const auto byte : bytes)
    to.append({digits[byte >> 4U], digits[byte & 0x0fU]});
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

struct parsed_templates {
  letter_template subject;
  std::optional<letter_template> unsubscribe_url;
  std::optional<letter_template> text;
  std::optional<letter_template> html;
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
  const auto parse_body = [](auto& into, std::string_view name, const std::string& text,
                             std::span<const std::string> known, template_style style) -> result<void> {
    if (text.empty())
      return {};
    auto made = letter_template::parse(name, text, known, style);
    if (!made)
      return std::unexpected(made.error());
    into = std::move(*made);
    return {};
  };
  if (auto done = parse_body(parsed.unsubscribe_url, unsubscribe_column, spec.unsubscribe_url, columns,
                             {value_escaping::percent, template_lines::as_given});
      !done)
    return std::unexpected(done.error());
  if (auto done =
          parse_body(parsed.text, "text", spec.text, names, {value_escaping::none, template_lines::crlf});
      !done)
    return std::unexpected(done.error());
  if (auto done =
          parse_body(parsed.html, "html", spec.html, names, {value_escaping::html, template_lines::crlf});
      !done)
    return std::unexpected(done.error());
  return parsed;
}

class mime_letter_composer final : public letter_composer {
public:
  mime_letter_composer(campaign_id campaign,
                       parsed_templates templates,
                       const mailbox& from,
                       const std::optional<mailbox>& reply_to,
                       std::size_t columns) :
      campaign_(campaign), campaign_line_(campaign_line_of(campaign)), from_domain_(domain_of(from.address)),
      templates_(std::move(templates)), columns_(columns), values_(columns + 1) {
    from_line_ = "\r\nFrom: ";
    append_mailbox(from_line_, 6, from.display_name, from.address);
    from_line_.append("\r\nTo: ");
    if (reply_to) {
      reply_line_ = "\r\nReply-To: ";
      append_mailbox(reply_line_, 10, reply_to->display_name, reply_to->address);
    }
    reply_line_.append("\r\nSubject: ");
    has_8bit_sender_ = needs_smtputf8(from.address) || (reply_to && needs_smtputf8(reply_to->address));
  }

  result<void> compose(letter_index index, const recipient& to, timestamp date, batch& into) override {
    const auto before = into.text.size();
    if (before > std::numeric_limits<std::uint32_t>::max() - 2 * letter_bytes_max)
      return failure(error_code::too_large, notice{"batch_too_large"});
    if (!is_safe_address(to.email))
      return cannot_render("recipient_unsafe");
    if (before ==
        0) // a new batch, as large as those before it: growing step by step costs more than composing
      into.text.reserve(batch_bytes_);
    set_values(to);
    auto rendered = render();
    if (rendered) {
      append_message(to.email, date, into);
      if (into.text.size() - before > letter_bytes_max)
        rendered = cannot_render("letter_too_large");
    }
    clear_values(to);
    if (!rendered) {
      into.text.resize(before);
      return rendered;
    }
    finish(index, to.email, before, into);
    return {};
  }

private:
  void set_values(const recipient& to) {
    for (const auto& field : to.fields)
      if (field.column < columns_)
        values_[field.column] = field.value;
    if (columns_ > 0)
      values_[0] = to.email; // "email" is always the first column
  }

  /// Only what was set: an audience may have many columns, and a recipient few of them.
  void clear_values(const recipient& to) {
    for (const auto& field : to.fields)
      if (field.column < columns_)
        values_[field.column] = {};
  }

  result<void> render() {
    subject_.clear();
    text_.clear();
    html_.clear();
    if (auto done = render_url(); !done)
      return done;
    values_[columns_] = url_;
    const auto fits = templates_.subject.render(values_, subject_) && render_body(templates_.text, text_) &&
                      render_body(templates_.html, html_);
    if (!fits)
      return cannot_render("template_result_too_large");
    return {};
  }

  bool render_body(const std::optional<letter_template>& body, std::string& to) const {
    if (!body)
      return true;
    if (!body->render(values_, to))
      return false;
    if (!to.ends_with("\r\n"))
      to.append("\r\n");
    return true;
  }

  result<void> render_url() {
    url_.clear();
    if (!templates_.unsubscribe_url)
      return {};
    if (!templates_.unsubscribe_url->render(values_, url_))
      return cannot_render("unsubscribe_url_too_large");
    make_url_safe(url_);
    if (!is_web_address(url_) && !starts_with_no_case(url_, "mailto:"))
      return cannot_render("unsubscribe_url_scheme_wrong");
    if (url_.size() > line_octets_max - 3) // a line of its own: space, < and >
      return cannot_render("unsubscribe_url_too_long");
    return {};
  }

  void append_message(const std::string& address, timestamp date, batch& into) {
    auto& out = into.text;
    const auto hash = letter_hash(campaign_line_, address);
    out.append("Date: ").append(date_of(date)).append(from_line_);
    address_at_ = out.size();
    out.append(address).append(reply_line_);
    append_header_text(out, 9, subject_);
    out.append("\r\nMessage-ID: "); // never folded: receivers compare it, and not all of them unfold it
    append_message_id(out, campaign_, hash, from_domain_);
    out.append("\r\nMIME-Version: 1.0\r\n");
    append_unsubscribe(out);
    if (templates_.text && templates_.html)
      append_alternative(out, hash);
    else if (templates_.html)
      append_part(out, "text/html", html_, encoding_for(html_));
    else
      append_part(out, "text/plain", text_, encoding_for(text_));
  }

  void append_unsubscribe(std::string& out) const {
    if (url_.empty())
      return;
    const auto is_short = url_.size() + 20 <= line_octets_wanted;
    out.append(is_short ? "List-Unsubscribe: <" : "List-Unsubscribe:\r\n <").append(url_).append(">\r\n");
    if (starts_with_no_case(url_, "https://")) // RFC 8058 section 3.1
      out.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
  }

  void append_alternative(std::string& out, const sha256_hash& hash) {
    const auto text_encoding = encoding_for(text_);
    const auto html_encoding = encoding_for(html_);
    boundary_ = "=_"; // neither quoted-printable nor base64 can come out with it
    append_hex(boundary_, std::span{hash}.subspan(half_hash));
    while (text_.find(boundary_) != std::string::npos || html_.find(boundary_) != std::string::npos)
      boundary_.push_back('_');
    out.append("Content-Type: multipart/alternative;\r\n boundary=\"").append(boundary_).append("\"\r\n");
    out.append("\r\n--").append(boundary_).append("\r\n");
    append_part(out, "text/plain", text_, text_encoding);
    out.append("--").append(boundary_).append("\r\n");
    append_part(out, "text/html", html_, html_encoding);
    out.append("--").append(boundary_).append("--\r\n");
  }

  static void
  append_part(std::string& out, std::string_view type, std::string_view body, body_encoding encoding) {
    out.append("Content-Type: ").append(type).append("; charset=utf-8\r\nContent-Transfer-Encoding: ");
    out.append(name_of(encoding)).append("\r\n\r\n");
    append_body(out, body, encoding);
  }

  const std::string& date_of(timestamp date) {
    const auto second = std::chrono::floor<std::chrono::seconds>(date);
    if (date_text_.empty() || second != date_) {
      date_ = second;
      date_text_ = date_text(second);
    }
    return date_text_;
  }

  void finish(letter_index index, const std::string& address, std::size_t before, batch& into) {
    const auto has_8bit = has_8bit_sender_ || needs_smtputf8(address);
    letter one;
    one.index = index;
    // The envelope's recipient is the text of the To field: kept once.
    one.recipient_at = static_cast<std::uint32_t>(address_at_);
    one.recipient_bytes = static_cast<std::uint32_t>(address.size());
    one.message_at = static_cast<std::uint32_t>(before);
    one.message_bytes = static_cast<std::uint32_t>(into.text.size() - before);
    one.has_8bit = has_8bit;
    one.needs_smtputf8 = has_8bit;
    into.letters.push_back(one);
    batch_bytes_ = std::max(batch_bytes_, std::min(into.text.size(), batch_bytes_reserved_max));
  }

  campaign_id campaign_;
  std::string campaign_line_;
  std::string from_domain_;
  std::string from_line_;
  std::string reply_line_;
  parsed_templates templates_;
  std::size_t columns_;
  bool has_8bit_sender_ = false;

  // Kept from letter to letter for their memory.
  std::vector<std::string_view> values_;
  std::string subject_;
  std::string text_;
  std::string html_;
  std::string url_;
  std::string boundary_;
  std::string date_text_;
  std::chrono::sys_seconds date_{};
  std::size_t address_at_ = 0;
  std::size_t batch_bytes_ = 0; ///< the largest batch so far
};

} // namespace

result<void> check_templates(const campaign_spec& spec) {
  // Parsing does not depend on the audience: a tag without a column is taken and renders as nothing.
  const auto composer = make_letter_composer({}, spec, {"email"});
  return composer ? result<void>{} : failure(error_code::invalid_input, notice_of(composer.error()));
}

result<std::unique_ptr<letter_composer>> make_letter_composer(campaign_id campaign,
                                                              const campaign_spec& spec,
                                                              const std::vector<std::string>& columns) {
  static const bool is_ready = (g_mime_init(), true); // once in a process, whatever thread comes first
  static_cast<void>(is_ready);
  auto from = parse_mailbox(spec.from);
  if (!from)
    return in_field("from", from.error());
  std::optional<mailbox> reply_to;
  if (!spec.reply_to.empty()) {
    auto parsed = parse_mailbox(spec.reply_to);
    if (!parsed)
      return in_field("reply_to", parsed.error());
    reply_to = std::move(*parsed);
  }
  auto templates = parse_templates(spec, columns);
  if (!templates)
    return std::unexpected(templates.error());
  return std::make_unique<mime_letter_composer>(campaign, std::move(*templates), *from, reply_to,
                                                columns.size());
}

} // namespace sluice
