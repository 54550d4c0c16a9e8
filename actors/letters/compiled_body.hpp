#pragma once
// A body's template, compiled: what no field changes is encoded once, in every way in which it may have to leave,
// and put where all letters of the campaign share it. A letter then encodes its values and the joints around them.
//
// A body leaves as 7bit where it can; else as quoted-printable or base64, whichever is shorter. Encoded text
// depends on what stands before it only at its beginning: quoted-printable on the column, where a soft line break
// helps, and base64 on the phase, of which there are three.

#include "actors/letters/letter_template.hpp"
#include "actors/letters/letter_writer.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

enum class body_encoding : std::uint8_t { seven_bit, quoted_printable, base64 };
inline constexpr std::size_t body_encodings = 3;

/// "7bit" …
std::string_view name_of(body_encoding encoding);

class compiled_body {
public:
  /// Puts what is shared at the end of `shared_text`. In a multipart no text may come out as 7bit in which "=_"
  /// could stand, with which boundaries begin.
  compiled_body(const letter_template& source, bool is_in_multipart, std::string& shared_text);

  enum class outcome : std::uint8_t { done, needs_encoding, too_large };

  bool may_be_seven_bit() const { return seven_bit_.has_value(); }
  /// Appends the body as it comes out for these values, with a CRLF at its end. `needs_encoding`: not as 7bit.
  /// `too_large`: the letter would be over `wire_bytes_max`. What was written is then to be taken back.
  outcome append(letter_writer& out,
                 body_encoding encoding,
                 std::span<const std::string_view> values,
                 std::size_t wire_bytes_max);
  /// What is shortest where 7bit will not do.
  body_encoding encoding_for(std::span<const std::string_view> values) const;

private:
  struct seven_bit_text {
    shared_octets octets; ///< where it begins with a dot, that is not stuffed yet
    std::uint32_t first_line = 0;
    std::uint32_t last_column = 0;
    std::uint32_t stuffed_dots = 0;
    bool has_line_end = false;
    bool begins_with_dot = false;
  };
  struct quoted_text {
    shared_octets octets;
    std::uint8_t first_line = 0; ///< octets to the first line end, soft or not, with its =
    std::uint8_t last_column = 0;
    bool has_line_end = false;
  };
  struct base64_text {
    shared_octets octets;         ///< encoded, but for what stands before and behind
    std::array<char, 2> before{}; ///< octets at its beginning that belong to the three before them
    std::array<char, 2> behind{}; ///< octets at its end that make no three
    std::uint8_t behind_bytes = 0;
    std::uint8_t last_column = 0;
  };
  struct base64_texts {
    shared_octets plain;               ///< of one that is not compiled: its text as it is
    std::array<base64_text, 3> phases; ///< of one that is: by the octets that stand before
    bool is_compiled = false;
    bool ends_line = false;
  };
  using texts_of_template = std::vector<std::string_view>; ///< by step

  void compile_seven_bit(const texts_of_template& texts, std::string& shared_text);
  void compile_quoted(const texts_of_template& texts, std::string& shared_text);
  void compile_base64(const texts_of_template& texts, bool is_usual, std::string& shared_text);

  template <class OnText, class OnValue>
  outcome walk(const letter_writer& out,
               std::span<const std::string_view> values,
               std::size_t wire_bytes_max,
               OnText&& on_text,
               OnValue&& on_value);
  outcome
  append_seven_bit(letter_writer& out, std::span<const std::string_view> values, std::size_t wire_bytes_max);
  outcome
  append_quoted(letter_writer& out, std::span<const std::string_view> values, std::size_t wire_bytes_max);
  outcome
  append_base64(letter_writer& out, std::span<const std::string_view> values, std::size_t wire_bytes_max);

  std::vector<template_step> steps_;
  template_style style_;
  bool is_in_multipart_ = false;
  // What is compiled, by step.
  std::optional<std::vector<seven_bit_text>> seven_bit_;
  std::optional<std::vector<quoted_text>> quoted_;
  std::optional<std::vector<base64_texts>> base64_;
  std::string escaped_; ///< kept for its memory
};

} // namespace sluice
