#include "actors/letters/text_layout.hpp"

#include "actors/letters/letter_template.hpp"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::size_t prefixes_max = 8;
constexpr std::string_view cell_separator = " | ";

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char one) { return (static_cast<unsigned char>(one) & 0xC0U) != 0x80U; }));
}

} // namespace

void text_layout::put_line_ends() {
  if (wanted_ > line_ends_) {
    // The template drops a line on which nothing but tags of sections stands.
    const auto is_bare = line_has_tag_ && !line_has_text_;
    out_.append(wanted_ - line_ends_ + (is_bare ? 1U : 0U), '\n');
    line_has_tag_ = line_has_text_ = false;
  }
  if (wanted_ > 0) {
    line_ends_ = std::max(line_ends_, wanted_);
    has_space_ = is_cell_ = false;
  }
  wanted_ = 0;
}

void text_layout::put_tag(std::string_view tag) {
  out_.append(tag);
  line_has_tag_ = true;
}

/// A section that began with a line ends with one, where a break follows it.
void text_layout::settle_closes() {
  if (close_tags_.empty())
    return;
  put_line_ends();
  put_tag(close_tags_);
  close_tags_.clear();
  line_ends_ = std::min(line_ends_, close_line_ends_);
}

void text_layout::put_open_tags() {
  if (open_tags_.empty())
    return;
  if (has_space_ && line_ends_ == 0)
    out_.push_back(' ');
  has_space_ = false;
  for (const auto& tag : open_tags_)
    put_tag(tag);
  open_tags_.clear();
}

void text_layout::begin_word() {
  if (!word_.empty())
    return;
  settle_closes();
  put_line_ends();
  for (const auto& tag : open_tags_)
    word_.append(tag);
  open_tags_.clear();
}

void text_layout::put_prefix() {
  for (std::size_t at = 0; at < std::min(prefixes_.size(), prefixes_max); ++at) {
    auto& one = prefixes_[at];
    const auto& text = one.is_used ? one.rest : one.first;
    one.is_used = true;
    out_.append(text);
    column_ += text.size();
  }
}

void text_layout::end_word() {
  if (word_.empty())
    return;
  if (line_ends_ > 0) {
    column_ = 0;
    put_prefix();
  } else if (is_cell_ || has_space_) {
    const std::string_view between = is_cell_ ? cell_separator : std::string_view{" "};
    if (column_ + between.size() + word_columns_ > text_columns_wanted) {
      if (is_cell_)
        out_.append(" |");
      out_.push_back('\n');
      line_has_tag_ = false;
      column_ = 0;
      put_prefix();
    } else {
      out_.append(between);
      column_ += between.size();
    }
  }
  out_.append(word_);
  line_has_text_ = true;
  column_ += word_columns_;
  line_ends_ = 0;
  has_space_ = is_cell_ = false;
  word_.clear();
  word_columns_ = 0;
}

void text_layout::add_text(std::string_view text) {
  begin_word();
  // Braces that are text must not become a tag.
  for (const auto one : text) {
    if (one == '{' && word_.ends_with('{'))
      word_.push_back(' ');
    word_.push_back(one);
  }
  word_columns_ += columns_of(text);
  has_text_ = true;
}

void text_layout::add_value(std::string_view tag) {
  begin_word();
  if (word_.ends_with('{'))
    word_.push_back(' ');
  word_.append(tag);
  word_columns_ += value_columns_guess;
  has_text_ = true;
}

void text_layout::add_space() {
  end_word();
  has_space_ = true;
}

void text_layout::add_break(std::size_t line_ends) {
  end_word();
  put_open_tags();
  wanted_ = std::max(wanted_, line_ends);
}

void text_layout::add_line_end() {
  end_word();
  put_open_tags();
  wanted_ = std::min<std::size_t>(wanted_ + 1, 2);
}

void text_layout::begin_cell() {
  end_word();
  if (wanted_ == 0 && line_ends_ == 0)
    is_cell_ = true;
}

void text_layout::open_section(std::string_view tag, std::string_view name) {
  if (!word_.empty()) {
    if (word_.ends_with('{'))
      word_.push_back(' ');
    word_.append(tag);
    sections_.push_back({std::string{name}, 0});
    return;
  }
  settle_closes();
  put_line_ends();
  sections_.push_back({std::string{name}, line_ends_});
  open_tags_.emplace_back(tag);
}

void text_layout::close_section(std::string_view tag, std::string_view name) {
  if (sections_.empty() || sections_.back().name != name) {
    is_broken_ = true;
    return;
  }
  const auto before = sections_.back().line_ends_before;
  sections_.pop_back();
  if (!open_tags_.empty()) { // nothing stands in it
    open_tags_.pop_back();
    return;
  }
  if (!word_.empty() && before == 0) {
    if (word_.ends_with('{'))
      word_.push_back(' ');
    word_.append(tag);
    return;
  }
  end_word();
  if (wanted_ > 0 || before > 0 || !close_tags_.empty()) {
    close_line_ends_ = close_tags_.empty() ? before : std::min(close_line_ends_, before);
    close_tags_.append(tag);
  } else {
    put_tag(tag);
  }
}

void text_layout::push_prefix(std::string first, std::string rest) {
  end_word();
  prefixes_.push_back({std::move(first), std::move(rest)});
}

void text_layout::pop_prefix() {
  end_word();
  prefixes_.pop_back();
}

bool text_layout::is_too_large() const {
  return out_.size() + word_.size() > rendered_bytes_max;
}

std::string text_layout::finish() {
  end_word();
  if (is_broken_ || !sections_.empty() || !has_text_)
    return {};
  wanted_ = 1;
  settle_closes();
  put_line_ends();
  while (out_.ends_with("\n\n"))
    out_.pop_back();
  return std::move(out_);
}

} // namespace sluice
