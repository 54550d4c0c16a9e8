#include "actors/letters/compiled_body.hpp"

#include "actors/letters/base64_lines.hpp"
#include "actors/letters/mime_header.hpp"
#include "actors/letters/quoted_printable.hpp"
#include "actors/letters/seven_bit.hpp"

#include <algorithm>

namespace sluice {

namespace {

/// Text so short may be outweighed by a letter's values: both encodings are kept, and each letter has the shorter.
constexpr std::size_t outweighed_bytes_max = 4096;
/// How boundaries begin; see letter_composer.cpp.
constexpr std::string_view boundary_begin = "=_";

/// Whether "=_" could come about in what this stands in. Where the = stands before it, it begins with the _.
bool may_hold_boundary(std::string_view text) {
  return text.starts_with(boundary_begin.back()) || text.find(boundary_begin) != std::string_view::npos;
}

std::size_t first_line_of(std::string_view lines) {
  return std::min(lines.find('\r'), lines.size());
}

} // namespace

std::string_view name_of(body_encoding encoding) {
  switch (encoding) {
  case body_encoding::seven_bit:
    return "7bit";
  case body_encoding::quoted_printable:
    return "quoted-printable";
  default:
    return "base64";
  }
}

// -- compiling ----------------------------------------------------------------------------------------

compiled_body::compiled_body(const letter_template& source, bool is_in_multipart, std::string& shared_text) :
    steps_(source.steps().begin(), source.steps().end()), style_(source.style()),
    is_in_multipart_(is_in_multipart) {
  texts_of_template texts;
  std::size_t bytes = 0;
  std::size_t quoted_bytes = 0;
  std::size_t base64_bytes = 0;
  for (const auto& step : steps_) {
    const auto is_text = step.kind == template_step::kind_type::text;
    texts.push_back(is_text ? source.text_of(step) : std::string_view{});
    bytes += texts.back().size();
    quoted_bytes += quoted_printable_octets(texts.back());
    base64_bytes += base64_octets(texts.back().size());
  }
  compile_seven_bit(texts, shared_text);
  const auto is_quoted_shorter = quoted_bytes <= base64_bytes;
  const auto are_both_kept = bytes <= outweighed_bytes_max;
  if (are_both_kept || is_quoted_shorter)
    compile_quoted(texts, shared_text);
  if (are_both_kept || !is_quoted_shorter)
    compile_base64(texts, !is_quoted_shorter, shared_text);
}

void compiled_body::compile_seven_bit(const texts_of_template& texts, std::string& shared_text) {
  const auto before = shared_text.size();
  std::vector<seven_bit_text> compiled;
  compiled.reserve(texts.size());
  for (const auto text : texts) {
    auto& one = compiled.emplace_back();
    one.octets.at = static_cast<std::uint32_t>(shared_text.size());
    seven_bit_place place;
    if ((is_in_multipart_ && may_hold_boundary(text)) ||
        !sluice::append_seven_bit(shared_text, text, place)) {
      shared_text.resize(before);
      return;
    }
    one.begins_with_dot = text.starts_with('.');
    one.octets.at += one.begins_with_dot ? 1U : 0U;
    one.octets.bytes = static_cast<std::uint32_t>(shared_text.size() - one.octets.at);
    one.stuffed_dots = place.stuffed_dots - (one.begins_with_dot ? 1U : 0U);
    one.first_line = static_cast<std::uint32_t>(first_line_of(text));
    one.has_line_end = one.first_line < text.size();
    one.last_column = static_cast<std::uint32_t>(place.column);
  }
  seven_bit_ = std::move(compiled);
}

void compiled_body::compile_quoted(const texts_of_template& texts, std::string& shared_text) {
  auto& compiled = quoted_.emplace();
  compiled.reserve(texts.size());
  for (const auto text : texts) {
    auto& one = compiled.emplace_back();
    const auto begin = shared_text.size();
    const auto column = append_quoted_printable(shared_text, text, 0);
    const auto encoded = std::string_view{shared_text}.substr(begin);
    one.octets = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(encoded.size())};
    one.first_line = static_cast<std::uint8_t>(first_line_of(encoded));
    one.has_line_end = one.first_line < encoded.size();
    one.last_column = static_cast<std::uint8_t>(column);
  }
}

/// It takes four times the text's memory: where few letters will come out so, each encodes it for itself.
void compiled_body::compile_base64(const texts_of_template& texts, bool is_usual, std::string& shared_text) {
  auto& compiled = base64_.emplace();
  compiled.reserve(texts.size());
  for (const auto text : texts) {
    auto& one = compiled.emplace_back();
    one.ends_line = text.ends_with('\n');
    one.is_compiled = is_usual && text.size() >= letter_writer::shared_bytes_min;
    if (!one.is_compiled) {
      one.plain = add_shared(shared_text, text);
      continue;
    }
    for (std::size_t before = 0; before < one.phases.size(); ++before) {
      auto& phase = one.phases[before];
      std::ranges::copy(text.substr(0, before), phase.before.begin());
      const auto whole = (text.size() - before) / 3 * 3;
      const auto behind = text.substr(before + whole);
      std::ranges::copy(behind, phase.behind.begin());
      phase.behind_bytes = static_cast<std::uint8_t>(behind.size());
      const auto begin = shared_text.size();
      base64_lines lines;
      lines.append(shared_text, text.substr(before, whole));
      phase.octets = {static_cast<std::uint32_t>(begin),
                      static_cast<std::uint32_t>(shared_text.size() - begin)};
      phase.last_column = static_cast<std::uint8_t>(lines.column());
    }
  }
}

// -- a letter's -----------------------------------------------------------------------------------------

/// `on_text` gets a step's number, `on_value` a value, escaped; false: it cannot go as 7bit.
template <class OnText, class OnValue>
compiled_body::outcome compiled_body::walk(const letter_writer& out,
                                           std::span<const std::string_view> values,
                                           std::size_t wire_bytes_max,
                                           OnText&& on_text,
                                           OnValue&& on_value) {
  auto is_too_large = false;
  const auto fits = [&] {
    is_too_large = out.wire_bytes() > wire_bytes_max;
    return !is_too_large;
  };
  const auto is_done = walk_template(
      steps_, values, style_.escaping,
      [&](const template_step& one) {
        return on_text(static_cast<std::size_t>(&one - steps_.data())) && fits();
      },
      [&](std::string_view value, value_escaping escaping) {
        const template_style style{escaping, style_.lines};
        if (!needs_escaping(value, style))
          return on_value(value) && fits();
        escaped_.clear();
        append_escaped(escaped_, value, style);
        return on_value(std::string_view{escaped_}) && fits();
      });
  if (is_done)
    return outcome::done;
  return is_too_large ? outcome::too_large : outcome::needs_encoding;
}

compiled_body::outcome compiled_body::append_seven_bit(letter_writer& out,
                                                       std::span<const std::string_view> values,
                                                       std::size_t wire_bytes_max) {
  seven_bit_place place;
  const auto begin = out.wire_bytes();
  const auto done = walk(
      out, values, wire_bytes_max,
      [&](std::size_t step) {
        const auto& one = (*seven_bit_)[step];
        if (place.column + one.first_line > line_octets_max)
          return false;
        if (one.begins_with_dot && place.column == 0) {
          out.append(".");
          ++place.stuffed_dots;
        }
        out.share(one.octets);
        place.column = one.has_line_end ? one.last_column : place.column + one.first_line;
        place.stuffed_dots += one.stuffed_dots;
        return true;
      },
      [&](std::string_view value) {
        return !(is_in_multipart_ && may_hold_boundary(value)) &&
               sluice::append_seven_bit(out.text(), value, place);
      });
  if (place.column > 0 || out.wire_bytes() == begin)
    out.append("\r\n");
  out.count_stuffed_dots(place.stuffed_dots);
  return done;
}

compiled_body::outcome compiled_body::append_quoted(letter_writer& out,
                                                    std::span<const std::string_view> values,
                                                    std::size_t wire_bytes_max) {
  std::size_t column = 0;
  const auto begin = out.wire_bytes();
  const auto done = walk(
      out, values, wire_bytes_max,
      [&](std::size_t step) {
        const auto& one = (*quoted_)[step];
        const auto line_max = quoted_line_octets_max - (one.has_line_end ? 0 : 1);
        if (column + one.first_line > line_max) {
          out.append(soft_line_break);
          column = 0;
        }
        out.share(one.octets);
        column = one.has_line_end ? one.last_column : column + one.first_line;
        return true;
      },
      [&](std::string_view value) {
        column = append_quoted_printable(out.text(), value, column);
        return true;
      });
  if (column > 0 || out.wire_bytes() == begin)
    out.append("\r\n");
  return done;
}

compiled_body::outcome compiled_body::append_base64(letter_writer& out,
                                                    std::span<const std::string_view> values,
                                                    std::size_t wire_bytes_max) {
  base64_lines lines;
  auto ends_line = false;
  const auto done = walk(
      out, values, wire_bytes_max,
      [&](std::size_t step) {
        const auto& one = (*base64_)[step];
        ends_line = one.ends_line;
        if (!one.is_compiled) {
          lines.append(out.text(), out.shared(one.plain));
          return true;
        }
        const auto& phase = one.phases[lines.octets_missing()];
        lines.append(out.text(), {phase.before.data(), lines.octets_missing()});
        lines.begin_line(out.text());
        out.share(phase.octets);
        lines.set_column(phase.last_column);
        lines.append(out.text(), {phase.behind.data(), phase.behind_bytes});
        return true;
      },
      [&](std::string_view value) {
        ends_line = value.ends_with('\n');
        lines.append(out.text(), value);
        return true;
      });
  if (!ends_line)
    lines.append(out.text(), "\r\n");
  lines.finish(out.text());
  return done;
}

compiled_body::outcome compiled_body::append(letter_writer& out,
                                             body_encoding encoding,
                                             std::span<const std::string_view> values,
                                             std::size_t wire_bytes_max) {
  switch (encoding) {
  case body_encoding::seven_bit:
    return append_seven_bit(out, values, wire_bytes_max);
  case body_encoding::quoted_printable:
    return append_quoted(out, values, wire_bytes_max);
  default:
    return append_base64(out, values, wire_bytes_max);
  }
}

body_encoding compiled_body::encoding_for(std::span<const std::string_view> values) const {
  if (!base64_ || !quoted_)
    return quoted_ ? body_encoding::quoted_printable : body_encoding::base64;
  std::size_t quoted = 0;
  std::size_t plain = 0;
  walk_template(
      steps_, values, style_.escaping,
      [&](const template_step& one) {
        quoted += (*quoted_)[static_cast<std::size_t>(&one - steps_.data())].octets.bytes;
        plain += one.bytes;
        return true;
      },
      [&](std::string_view value, value_escaping) {
        quoted += quoted_printable_octets(value);
        plain += value.size();
        return true;
      });
  return quoted <= base64_octets(plain) ? body_encoding::quoted_printable : body_encoding::base64;
}

} // namespace sluice
