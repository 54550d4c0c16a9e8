#pragma once
// What the recipient of a letter reads, made as the letter is but not encoded: for checks that look at letters.

#include "actors/letters/letter_template.hpp"
#include "actors/letters/unsubscribe_link.hpp"
#include "messages/audience.hpp"
#include "messages/campaign.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// A piece of a letter to be read.
struct words_of_letter {
  std::string field; ///< of the campaign: "subject", "html", "headers.X-Note" …
  std::string text;
};

struct letter_words {
  std::vector<words_of_letter> texts;
  std::vector<words_of_letter> urls; ///< as they stand in the field
};

/// Reads the letters of one campaign, one after the other.
class letter_reader {
public:
  /// `template_failed` when a template cannot be parsed.
  static result<letter_reader> make(const campaign_spec& spec, std::span<const std::string> columns);

  /// The letter to this recipient; a field that cannot be made for them is left out.
  letter_words read(const recipient_view& to);

  /// The columns that templates name, each once, and those whose values lead to a file.
  const std::vector<std::uint32_t>& columns() const { return used_; }

private:
  struct field {
    std::string name;
    letter_template content;
    bool is_html = false;
  };

  explicit letter_reader(unsubscribe_link link) : link_(std::move(link)) {}
  void add_columns_of(const letter_template& content);

  std::vector<field> fields_;
  std::vector<std::string> attachments_; ///< their names
  unsubscribe_link link_;
  std::size_t columns_ = 0;
  std::vector<std::uint32_t> used_;
  std::vector<std::string_view> values_;
};

} // namespace sluice
