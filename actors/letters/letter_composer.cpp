#include "actors/letters/letter_composer.hpp"

#include "actors/letters/letter_body.hpp"
#include "actors/letters/letter_writer.hpp"
#include "actors/letters/mime_header.hpp"
#include "messages/check.hpp"
#include "messages/envelope_sender.hpp"

#include <algorithm>
#include <array>
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

/// What may stand in an envelope and a header as an address. Import checked it; a letter is the last gate.
bool is_safe_address(std::string_view address) {
  const auto is_quoted = address.starts_with('"'); // a local part that may have spaces
  return !address.empty() && address.size() <= 254 && std::ranges::none_of(address, [=](char one) {
    const auto byte = static_cast<unsigned char>(one);
    return byte < 0x20 || (byte == 0x20 && !is_quoted) || byte == 0x7f || one == '<' || one == '>';
  });
}

class mime_letter_composer final : public letter_composer {
public:
  mime_letter_composer(campaign_id campaign,
                       letter_head head,
                       envelope_senders senders,
                       letter_body body,
                       std::string shared,
                       std::size_t columns) :
      campaign_(campaign), head_(std::move(head)), senders_(std::move(senders)), body_(std::move(body)),
      shared_text_(std::make_shared<const std::string>(std::move(shared))), columns_(columns),
      values_(columns + 1) {}

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
    return body_.append(values_, out);
  }

  campaign_id campaign_;
  letter_head head_;
  envelope_senders senders_;
  letter_body body_;
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
  auto without_files = spec; // whether these are there is the store's to say
  without_files.attachments.clear();
  const auto parsed = make_letter_composer({}, without_files, columns);
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
                                                              const std::vector<std::string>& columns,
                                                              attachment_source attachments) {
  auto head = letter_head::parse(origin, spec, columns);
  if (!head)
    return std::unexpected(head.error());
  // In bodies {{unsubscribe_url}} is the letter's own link, unless the audience has a column of that name.
  auto names = columns;
  names.emplace_back(unsubscribe_column);
  const auto bodies = parse_body_templates(spec, names);
  if (!bodies)
    return std::unexpected(bodies.error());
  std::string shared;
  auto body =
      letter_body::make(origin.campaign, *bodies, spec.attachments, columns, std::move(attachments), shared);
  if (!body)
    return std::unexpected(body.error());
  shared.shrink_to_fit(); // it stays for as long as the campaign sends, and there may be a thousand of them
  auto senders = envelope_senders::parse(spec.envelope_sender.empty() ? head->sender() : spec.envelope_sender,
                                         origin.campaign, origin.secret);
  if (!senders)
    return std::unexpected(senders.error());
  return std::make_unique<mime_letter_composer>(origin.campaign, std::move(*head), std::move(*senders),
                                                std::move(*body), std::move(shared), columns.size());
}

} // namespace sluice
