#include "actors/letters/letter_composer.hpp"

#include "actors/letters/compiled_body.hpp"
#include "actors/letters/letter_template.hpp"
#include "actors/letters/letter_writer.hpp"
#include "actors/letters/mime_header.hpp"
#include "actors/letters/preheader.hpp"
#include "messages/check.hpp"
#include "messages/envelope_sender.hpp"
#include "messages/sha256.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <span>

namespace sluice {

namespace {

/// A whole letter, headers and encoded bodies.
constexpr std::size_t letter_bytes_max = 2U << 20U;
constexpr std::string_view unsubscribe_column = "unsubscribe_url";
/// Batches are told apart by 32-bit offsets.
constexpr std::size_t batch_bytes_max = std::numeric_limits<std::uint32_t>::max() - 16 * letter_bytes_max;

/// `why` is a notice's code.
std::unexpected<error> cannot_render(std::string_view why) {
  return failure(error_code::template_failed, notice{why});
}

/// What may stand in an envelope and a header as an address. Import checked it; a letter is the last gate.
bool is_safe_address(std::string_view address) {
  const auto is_quoted = address.starts_with('"'); // a local part that may have spaces
  return !address.empty() && address.size() <= 254 && std::ranges::none_of(address, [=](char one) {
    const auto byte = static_cast<unsigned char>(one);
    return byte < 0x20 || (byte == 0x20 && !is_quoted) || byte == 0x7f || one == '<' || one == '>';
  });
}

/// What stands behind a letter's head.
struct body_templates {
  std::optional<letter_template> text;
  std::optional<letter_template> html;
};

result<std::optional<letter_template>> parse_body(std::string_view name,
                                                  const std::string& text,
                                                  std::span<const std::string> columns,
                                                  value_escaping escaping) {
  if (text.empty())
    return std::nullopt;
  auto made = letter_template::parse(name, text, columns, {escaping, template_lines::crlf});
  if (!made)
    return std::unexpected(made.error());
  return std::move(*made);
}

result<body_templates> parse_bodies(const campaign_spec& spec, std::span<const std::string> columns) {
  // In bodies {{unsubscribe_url}} is the letter's own link, unless the audience has a column of that name.
  std::vector<std::string> names(columns.begin(), columns.end());
  names.emplace_back(unsubscribe_column);
  auto text = parse_body("text", spec.text, names, value_escaping::none);
  if (!text)
    return std::unexpected(text.error());
  auto html = parse_body("html", with_preheader(spec.html, spec.preheader), names, value_escaping::html);
  if (!html)
    return std::unexpected(html.error());
  return body_templates{std::move(*text), std::move(*html)};
}

/// The boundary of a campaign's multiparts (RFC 2046 section 5.1.1). It begins with "=_", which neither
/// quoted-printable nor base64 can come out with, and a body in which it could stand never leaves as 7bit.
std::string boundary_of(campaign_id campaign) {
  const auto hash = sha256(to_string(campaign));
  return "=_" + to_hex(std::span{hash}.first(16));
}

/// A compiled body behind the lines that lead to it, of which there are as many as encodings.
struct letter_part {
  compiled_body body;
  std::array<shared_octets, body_encodings> heads;
};

letter_part make_part(const letter_template& source,
                      std::string_view type,
                      const std::string& before,
                      bool is_in_multipart,
                      std::string& shared_text) {
  letter_part part{compiled_body(source, is_in_multipart, shared_text), {}};
  for (std::size_t at = 0; at < body_encodings; ++at) {
    auto head = before;
    head.append("Content-Type: ").append(type).append("; charset=utf-8\r\nContent-Transfer-Encoding: ");
    head.append(name_of(static_cast<body_encoding>(at))).append("\r\n\r\n");
    part.heads[at] = add_shared(shared_text, head);
  }
  return part;
}

class mime_letter_composer final : public letter_composer {
public:
  mime_letter_composer(campaign_id campaign,
                       letter_head head,
                       envelope_senders senders,
                       const body_templates& bodies,
                       std::size_t columns) :
      campaign_(campaign), head_(std::move(head)), senders_(std::move(senders)), columns_(columns),
      values_(columns + 1) {
    compile(campaign, bodies);
  }

  result<void> compose(letter_index index, const recipient_view& to, timestamp date, batch& into) override {
    if (into.text.size() > batch_bytes_max)
      return failure(error_code::too_large, notice{"batch_too_large"});
    if (!is_safe_address(to.email))
      return cannot_render("recipient_unsafe");
    if (!into.shared_text) {
      into.shared_text = shared_text_;
      into.campaign = campaign_;
      into.envelope_sender = senders_.group();
    }
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
    if (senders_.is_verp()) {
      one.sender_at = static_cast<std::uint32_t>(into.text.size());
      senders_.append(into.text, index);
      one.sender_bytes = static_cast<std::uint8_t>(into.text.size() - one.sender_at);
    }
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
  void compile(campaign_id campaign, const body_templates& templates) {
    std::string shared;
    const std::string begin = "MIME-Version: 1.0\r\n";
    if (templates.text && templates.html) {
      const auto boundary = boundary_of(campaign);
      const auto next = "--" + boundary + "\r\n";
      parts_.push_back(make_part(*templates.text, "text/plain",
                                 begin + "Content-Type: multipart/alternative;\r\n boundary=\"" + boundary +
                                     "\"\r\n\r\n" + next,
                                 true, shared));
      parts_.push_back(make_part(*templates.html, "text/html", next, true, shared));
      end_ = add_shared(shared, "--" + boundary + "--\r\n");
    } else if (templates.html) {
      parts_.push_back(make_part(*templates.html, "text/html", begin, false, shared));
    } else {
      parts_.push_back(
          make_part(templates.text.value_or(letter_template{}), "text/plain", begin, false, shared));
    }
    shared.shrink_to_fit(); // it stays for as long as the campaign sends, and there may be a thousand of them
    shared_text_ = std::make_shared<const std::string>(std::move(shared));
  }

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
    if (auto done = head_.render_link(values_); !done)
      return done;
    values_[columns_] = head_.link();
    if (auto done = head_.append(address, values_, date, out.text(), one); !done)
      return done;
    for (auto& part : parts_)
      if (!append_part(part, out))
        return cannot_render("letter_too_large");
    out.share(end_);
    if (out.wire_bytes() > letter_bytes_max)
      return cannot_render("letter_too_large");
    return {};
  }

  /// False: the letter becomes too large.
  bool append_part(letter_part& part, letter_writer& out) {
    using outcome = compiled_body::outcome;
    if (part.body.may_be_seven_bit()) {
      const auto before = out.here();
      if (const auto done = append_body(part, body_encoding::seven_bit, out); done != outcome::needs_encoding)
        return done == outcome::done;
      out.go_back(before);
    }
    return append_body(part, part.body.encoding_for(values_), out) == outcome::done;
  }

  compiled_body::outcome append_body(letter_part& part, body_encoding encoding, letter_writer& out) {
    out.share(part.heads[static_cast<std::size_t>(encoding)]);
    return part.body.append(out, encoding, values_, letter_bytes_max);
  }

  campaign_id campaign_;
  letter_head head_;
  envelope_senders senders_;
  std::vector<letter_part> parts_;
  shared_octets end_; ///< of a multipart
  std::shared_ptr<const std::string> shared_text_;
  std::size_t columns_;

  // Kept from letter to letter for their memory.
  std::vector<std::string_view> values_;
  letter last_;
};

} // namespace

result<void> check_templates(const campaign_spec& spec) {
  // Parsing does not depend on the audience: a tag without a column is taken and renders as nothing.
  static const std::vector<std::string> columns{"email"};
  const auto parsed = make_letter_composer({}, spec, columns);
  return parsed ? result<void>{} : failure(error_code::invalid_input, notice_of(parsed.error()));
}

result<void> letter_composer::compose(letter_index index, const recipient& to, timestamp date, batch& into) {
  std::vector<field_view> fields;
  fields.reserve(to.fields.size());
  for (const auto& field : to.fields)
    fields.push_back({field.column, field.value});
  return compose(index, recipient_view{to.email, fields}, date, into);
}

result<std::unique_ptr<letter_composer>> make_letter_composer(const letter_origin& origin,
                                                              const campaign_spec& spec,
                                                              const std::vector<std::string>& columns) {
  auto head = letter_head::parse(origin, spec, columns);
  if (!head)
    return std::unexpected(head.error());
  const auto bodies = parse_bodies(spec, columns);
  if (!bodies)
    return std::unexpected(bodies.error());
  auto senders = envelope_senders::parse(spec.envelope_sender.empty() ? head->sender() : spec.envelope_sender,
                                         origin.campaign, origin.secret);
  if (!senders)
    return std::unexpected(senders.error());
  return std::make_unique<mime_letter_composer>(origin.campaign, std::move(*head), std::move(*senders),
                                                *bodies, columns.size());
}

} // namespace sluice
