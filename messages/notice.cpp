#include "messages/notice.hpp"

#include <algorithm>

namespace sluice {

notice::notice(std::string_view code_name,
               std::initializer_list<notice_parameter> of,
               std::vector<notice> because) : code(code_name), causes(std::move(because)) {
  parameters.reserve(of.size());
  for (const auto& one : of)
    add(one);
}

const notice_parameter::value_type* notice::find(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &notice_parameter::name);
  return found == parameters.end() ? nullptr : &found->value;
}

notice& notice::add(notice_parameter more) {
  const auto at = std::ranges::lower_bound(parameters, more.name, {}, &notice_parameter::name);
  if (at == parameters.end() || at->name != more.name)
    parameters.insert(at, std::move(more));
  return *this;
}

notice text_notice(std::string_view words) {
  return notice{"text", {{"text", words}}};
}

notice notice_or_text(const notice& one, std::string_view words) {
  return one.empty() && !words.empty() ? text_notice(words) : one;
}

std::vector<notice> notices_or_texts(const std::vector<notice>& all, const std::vector<std::string>& words) {
  if (!all.empty())
    return all;
  std::vector<notice> texts;
  for (const auto& one : words)
    texts.push_back(text_notice(one));
  return texts;
}

} // namespace sluice
