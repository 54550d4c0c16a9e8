#include "actors/letters/partials.hpp"

#include "actors/letters/letter_template.hpp"
#include "actors/letters/mustache_tags.hpp"

#include <algorithm>
#include <optional>

namespace sluice {

namespace {

constexpr std::string_view line_blanks = " \t\r";

std::string delimiters_tag(const mustache_tag& from, std::string_view open, std::string_view close) {
  return from.open + "=" + std::string{open} + " " + std::string{close} + "=" + from.close;
}

/// Every line with `indent` before it; nothing stands behind a last line end.
std::string indented(std::string_view text, std::string_view indent) {
  std::string lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    lines.append(indent).append(line);
    text.remove_prefix(line.size());
  }
  return lines;
}

/// Where a tag's whole line begins and ends, when it is alone on it.
struct whole_line {
  std::size_t begin;
  std::size_t end;
};

std::optional<whole_line> line_of(std::string_view text, const mustache_tag& tag) {
  const auto before = text.substr(0, tag.begin);
  const auto begin = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  if (before.substr(begin).find_first_not_of(line_blanks) != std::string_view::npos)
    return std::nullopt;
  const auto next = text.find_first_not_of(line_blanks, tag.end);
  if (next == std::string_view::npos)
    return whole_line{begin, text.size()};
  if (text[next] != '\n')
    return std::nullopt;
  return whole_line{begin, next + 1};
}

class partial_expander {
public:
  partial_expander(std::string_view name, std::span<const partial> partials) :
      name_(name), partials_(partials) {}

  result<void> expand(std::string_view text) {
    const auto tags = tags_of(text);
    if (!tags) { // the parser says what is wrong
      out_.append(text);
      return {};
    }
    std::size_t copied = 0;
    for (const auto& tag : *tags) {
      if (tag.kind != mustache_tag::kind_type::partial)
        continue;
      if (open_.empty())
        line_ = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(tag.begin), '\n');
      const auto line = line_of(text, tag);
      out_.append(text.substr(copied, (line ? line->begin : tag.begin) - copied));
      copied = line ? line->end : tag.end;
      if (auto done = put(tag, line ? text.substr(line->begin, tag.begin - line->begin) : std::string_view{});
          !done)
        return done;
    }
    out_.append(text.substr(copied));
    if (out_.size() > rendered_bytes_max)
      return fault(notice{"template_too_large"});
    return {};
  }

  std::string take() { return std::move(out_); }

private:
  result<void> put(const mustache_tag& tag, std::string_view indent) {
    const auto found = std::ranges::find(partials_, tag.name, &partial::name);
    if (found == partials_.end())
      return fault(notice{"partial_missing", {{"name", tag.name}}});
    if (std::ranges::find(open_, tag.name) != open_.end())
      return fault(notice{"partial_in_itself", {{"name", tag.name}}});
    if (open_.size() == partials_depth_max)
      return fault(notice{"partials_too_deep", {{"name", tag.name}, {"max", partials_depth_max}}});
    const auto content = indented(found->content, indent);
    const auto has_own_delimiters = tag.open != "{{" || tag.close != "}}";
    if (has_own_delimiters)
      out_.append(delimiters_tag(tag, "{{", "}}"));
    open_.push_back(tag.name);
    if (auto done = expand(content); !done)
      return done;
    open_.pop_back();
    const auto inner = tags_of(content);
    const auto end = inner && !inner->empty() ? inner->back() : mustache_tag{};
    if (end.open != tag.open || end.close != tag.close)
      out_.append(delimiters_tag(end, tag.open, tag.close));
    return {};
  }

  std::unexpected<error> fault(notice what) const {
    what.add({"field", name_}).add({"line", line_});
    return failure(error_code::template_failed, std::move(what));
  }

  std::string_view name_;
  std::span<const partial> partials_;
  std::ptrdiff_t line_ = 1; ///< of the template itself, where the tag stands
  std::vector<std::string> open_;
  std::string out_;
};

} // namespace

std::vector<std::string> partials_in(std::string_view text) {
  std::vector<std::string> names;
  const auto tags = tags_of(with_plain_tags(std::string{text}));
  if (!tags)
    return names;
  for (const auto& tag : *tags)
    if (tag.kind == mustache_tag::kind_type::partial && std::ranges::find(names, tag.name) == names.end())
      names.push_back(tag.name);
  return names;
}

result<std::vector<partial>> partials_of(const campaign_spec& spec, const partial_source& find) {
  std::vector<partial> found;
  std::vector<std::string> wanted;
  const auto want = [&](std::string_view text) {
    for (auto& name : partials_in(text))
      if (std::ranges::find(wanted, name) == wanted.end())
        wanted.push_back(std::move(name));
  };
  want(spec.text);
  want(spec.html);
  for (std::size_t at = 0; at < wanted.size(); ++at) {
    if (wanted.size() > partials_max)
      return failure(error_code::invalid_input, notice{"partials_too_many", {{"max", partials_max}}});
    auto one = find(wanted[at]);
    if (!one)
      return std::unexpected(one.error());
    want(one->content);
    found.push_back(std::move(*one));
  }
  std::ranges::sort(found, {}, &partial::name);
  return found;
}

result<std::string>
with_partials(std::string_view name, std::string_view text, std::span<const partial> partials) {
  partial_expander expander(name, partials);
  const auto plain = with_plain_tags(std::string{text});
  if (auto done = expander.expand(plain); !done)
    return std::unexpected(done.error());
  return expander.take();
}

result<void> check_partial(std::string_view content) {
  // What other partials it names is seen when a campaign names it: they may come later.
  std::vector<partial> empty;
  for (auto& name : partials_in(content))
    empty.push_back({std::move(name), 0, {}});
  const auto whole = with_partials("content", content, empty);
  if (!whole)
    return std::unexpected(whole.error());
  const std::vector<std::string> columns{"email"};
  const auto parsed = letter_template::parse("content", *whole, columns, {});
  return parsed ? result<void>{} : std::unexpected(parsed.error());
}

} // namespace sluice
