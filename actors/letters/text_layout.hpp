#pragma once
// Puts words, tags and breaks into lines of plain text: the second half of text_of_html.
//
// Breaks around a section's tags are put where they are right whether the section is there or not: those before it
// stand before its first tag, those at its end stand inside it.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

inline constexpr std::size_t text_columns_wanted = 76;
/// What a value is taken to be long: nobody knows before there is a recipient.
inline constexpr std::size_t value_columns_guess = 8;

class text_layout {
public:
  /// Goes on with the word, or begins one; a line is never broken within.
  void add_text(std::string_view text);
  void add_value(std::string_view tag);
  void add_space();
  /// At least so many line ends before what follows: 1 for a new line, 2 for a new paragraph.
  void add_break(std::size_t line_ends);
  /// One line end more, two at most.
  void add_line_end();
  /// What follows is another cell of the same row.
  void begin_cell();
  void open_section(std::string_view tag, std::string_view name);
  void close_section(std::string_view tag, std::string_view name);

  /// Stands at the begin of each line: `first` at the next one, `rest` at those behind it.
  void push_prefix(std::string first, std::string rest);
  void pop_prefix();

  bool is_too_large() const;
  /// The text, with a line end behind it; empty when there is nothing to read in it, or sections are not nested.
  std::string finish();

private:
  struct prefix {
    std::string first;
    std::string rest;
    bool is_used = false;
  };
  struct section {
    std::string name;
    std::size_t line_ends_before = 0; ///< of its first tag
  };

  void begin_word();
  void end_word();
  void settle_closes();
  void put_open_tags();
  void put_line_ends();
  void put_prefix();
  void put_tag(std::string_view tag);

  std::string out_;
  std::string word_;
  std::size_t word_columns_ = 0;
  std::size_t column_ = 0;
  std::size_t line_ends_ = 2;  ///< at the end of out_, whatever sections are there
  std::size_t wanted_ = 0;     ///< line ends before what follows
  bool has_space_ = false;     ///< before what follows
  bool is_cell_ = false;       ///< a cell begins with what follows
  bool line_has_text_ = false; ///< the line that out_ ends with
  bool line_has_tag_ = false;  ///< of a section
  bool has_text_ = false;
  bool is_broken_ = false;
  std::vector<prefix> prefixes_;
  std::vector<section> sections_;
  // Tags that wait for what comes behind them.
  std::vector<std::string> open_tags_;
  std::string close_tags_;
  std::size_t close_line_ends_ = 0;
};

} // namespace sluice
