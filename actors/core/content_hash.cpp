#include "actors/core/content_hash.hpp"

#include "messages/sha256.hpp"

namespace sluice {

/// The hash is over, for each of: "sluice content 1", from, reply_to, subject, text, html, unsubscribe_url and
/// the audience's hash, its length in decimal, a colon and its bytes. Where the letter has more than that it is over
/// "sluice content 2", the same, to_name, preheader, list, unsubscribe_mailto, envelope_sender, text_from_html ("1" or ""),
/// and for each header its name and value, each attachment its id, name, type, content_id and column, each partial its
/// name and content; how many there are stands before each of the three. Stored in logs: it never changes.
std::string content_hash(const campaign_spec& spec, const audience_ref& audience) {
  sha256_stream stream;
  const auto add = [&stream](std::string_view piece) {
    stream.update(std::to_string(piece.size())).update(":").update(piece);
  };
  const auto has_more = has_later_content(spec);
  for (const std::string_view piece :
       {std::string_view{has_more ? "sluice content 2" : "sluice content 1"}, std::string_view{spec.from},
        std::string_view{spec.reply_to}, std::string_view{spec.subject}, std::string_view{spec.text},
        std::string_view{spec.html}, std::string_view{spec.unsubscribe_url}, std::string_view{audience.hash}})
    add(piece);
  if (!has_more)
    return to_hex(stream.finish());
  for (const std::string_view piece :
       {std::string_view{spec.to_name}, std::string_view{spec.preheader}, std::string_view{spec.list},
        std::string_view{spec.unsubscribe_mailto}, std::string_view{spec.envelope_sender},
        std::string_view{spec.text_from_html ? "1" : ""}})
    add(piece);
  add(std::to_string(spec.headers.size()));
  for (const auto& one : spec.headers) {
    add(one.name);
    add(one.value);
  }
  add(std::to_string(spec.attachments.size()));
  for (const auto& one : spec.attachments)
    for (const auto* piece : {&one.id, &one.name, &one.type, &one.content_id, &one.column})
      add(*piece);
  add(std::to_string(spec.partials.size()));
  for (const auto& one : spec.partials) {
    add(one.name);
    add(one.content);
  }
  return to_hex(stream.finish());
}

} // namespace sluice
