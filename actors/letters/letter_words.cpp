#include "actors/letters/letter_words.hpp"

#include "actors/letters/body_templates.hpp"
#include "actors/letters/html_words.hpp"
#include "messages/address.hpp"

#include <algorithm>
#include <utility>

namespace sluice {

result<letter_reader> letter_reader::make(const campaign_spec& spec, std::span<const std::string> columns) {
  auto link = unsubscribe_link::parse(spec, columns);
  if (!link)
    return std::unexpected(link.error());
  letter_reader made(std::move(*link));
  made.columns_ = columns.size();
  made.values_.resize(columns.size() + 1);
  // In bodies there is one more.
  std::vector<std::string> with_link(columns.begin(), columns.end());
  with_link.emplace_back("unsubscribe_url");
  std::optional<error> failed;
  const auto add = [&](std::string name, const std::string& text, bool is_shown = true) {
    if (text.empty())
      return;
    auto parsed = letter_template::parse(name, text, with_link, {});
    if (!parsed) {
      failed = parsed.error();
      return;
    }
    made.add_columns_of(*parsed);
    if (is_shown)
      made.fields_.push_back({std::move(name), std::move(*parsed)});
  };
  const auto from = parse_mailbox(spec.from);
  add("from", from ? from->display_name : std::string{});
  add("to_name", spec.to_name);
  add("reply_to", spec.reply_to);
  add("subject", spec.subject);
  if (spec.html.empty()) // else it is a part of that
    add("preheader", spec.preheader);
  for (const auto& one : spec.headers)
    add("headers." + one.name, one.value);
  add("unsubscribe_url", spec.unsubscribe_url, false);
  add("unsubscribe_mailto", spec.unsubscribe_mailto, false);
  if (failed)
    return std::unexpected(std::move(*failed));
  auto without_made_text = spec;
  without_made_text.text_from_html = false; // it says what the HTML says
  auto bodies = parse_body_templates(without_made_text, with_link);
  if (!bodies)
    return std::unexpected(bodies.error());
  if (bodies->text) {
    made.add_columns_of(*bodies->text);
    made.fields_.push_back({"text", std::move(*bodies->text)});
  }
  if (bodies->html) {
    made.add_columns_of(*bodies->html);
    made.fields_.push_back({"html", std::move(*bodies->html), true});
  }
  for (const auto& one : spec.attachments)
    if (!one.name.empty())
      made.attachments_.push_back(one.name);
  std::ranges::sort(made.used_);
  return made;
}

void letter_reader::add_columns_of(const letter_template& content) {
  for (const auto& tag : content.tags())
    if (tag.column && *tag.column < columns_ && std::ranges::find(used_, *tag.column) == used_.end())
      used_.push_back(*tag.column);
}

letter_words letter_reader::read(const recipient_view& to) {
  std::ranges::fill(values_, std::string_view{});
  for (const auto& one : to.fields)
    if (one.column < columns_)
      values_[one.column] = one.value;
  if (columns_ > 0)
    values_[0] = to.email;
  letter_words made;
  if (link_.render(values_)) {
    values_[columns_] = link_.text();
    if (!link_.text().empty())
      made.urls.push_back({"unsubscribe_url", std::string{link_.text()}});
  }
  for (const auto& one : fields_) {
    std::string rendered;
    if (!one.content.render(values_, rendered))
      continue;
    if (!one.is_html) {
      made.texts.push_back({one.name, std::move(rendered)});
      continue;
    }
    auto words = words_of_html(rendered);
    made.texts.push_back({one.name, std::move(words.text)});
    for (auto& url : words.urls)
      made.urls.push_back({one.name, std::move(url)});
  }
  for (const auto& name : attachments_)
    made.texts.push_back({"attachments", name});
  return made;
}

} // namespace sluice
