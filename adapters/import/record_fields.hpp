#pragma once
// One record's cells, end to end in one text, so that a row costs no allocation of its own.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class record_fields {
public:
  void clear() {
    text_.clear();
    ends_.clear();
  }
  void add(std::string_view field) {
    text_.append(field);
    ends_.push_back(text_.size());
  }
  std::size_t size() const { return ends_.size(); }
  std::size_t bytes() const { return text_.size(); }
  std::string_view operator[](std::size_t index) const {
    const auto begin = index == 0 ? 0 : ends_[index - 1];
    return std::string_view{text_}.substr(begin, ends_[index] - begin);
  }

private:
  std::string text_;
  std::vector<std::size_t> ends_;
};

} // namespace sluice
