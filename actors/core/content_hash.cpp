#include "actors/core/content_hash.hpp"

#include "messages/sha256.hpp"

#include <array>
#include <initializer_list>

namespace sluice {

namespace {

/// SHA-256 over pieces, each behind its length in decimal and a colon.
class piece_hash {
public:
  piece_hash& add(std::string_view piece) {
    stream_.update(std::to_string(piece.size())).update(":").update(piece);
    return *this;
  }
  piece_hash& add(std::initializer_list<std::string_view> pieces) {
    for (const auto piece : pieces)
      add(piece);
    return *this;
  }
  std::string finish() { return to_hex(stream_.finish()); }

private:
  sha256_stream stream_;
};

std::string message_hash(const campaign_spec& spec) {
  return piece_hash()
      .add({spec.subject, spec.text, spec.html, spec.reply_to, spec.to_name, spec.preheader, spec.list,
            spec.unsubscribe_url, spec.unsubscribe_mailto, spec.text_from_html ? "1" : ""})
      .finish();
}

std::string headers_hash(const campaign_spec& spec) {
  piece_hash hash;
  for (const auto& one : spec.headers)
    hash.add({one.name, one.value});
  return hash.finish();
}

std::string attachments_hash(const campaign_spec& spec) {
  piece_hash hash;
  for (const auto& one : spec.attachments)
    hash.add({one.id, one.name, one.type, one.content_id, one.column});
  return hash.finish();
}

std::string partials_hash(const campaign_spec& spec) {
  piece_hash hash;
  for (const auto& one : spec.partials)
    hash.add({one.name, one.content});
  return hash.finish();
}

/// Times in milliseconds since 1970, what is not there is empty.
std::string plan_hash(const plan& of) {
  piece_hash hash;
  hash.add(of.start_at ? std::to_string(of.start_at->time_since_epoch().count()) : std::string{});
  if (of.parts)
    hash.add({std::to_string(of.parts->size), std::to_string(of.parts->every.count()),
              std::to_string(of.parts->growth_percent)});
  return hash.finish();
}

std::string relays_hash(const std::string& named, const relay_servers& relays) {
  piece_hash hash;
  hash.add(named);
  for (const auto& [name, server] : relays)
    hash.add({name, server});
  return hash.finish();
}

} // namespace

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

content_parts
content_parts_of(const campaign_spec& spec, std::string_view audience_hash, const relay_servers& relays) {
  return {{message_hash(spec), headers_hash(spec), attachments_hash(spec), partials_hash(spec),
           piece_hash().add(audience_hash).finish(), plan_hash(spec.plan),
           piece_hash().add({spec.from, spec.envelope_sender}).finish(), relays_hash(spec.relay, relays)},
          relays};
}

/// Over "sluice content 3" and, for each part, its name and its hash, each behind its length in decimal and a colon. Stored
/// in logs: it never changes.
std::string content_hash(const content_parts& parts) {
  piece_hash hash;
  hash.add("sluice content 3");
  for (std::size_t at = 0; at < content_part_names.size(); ++at)
    hash.add({content_part_names[at], parts.hashes[at]});
  return hash.finish();
}

std::vector<std::string_view> differing_parts(const content_parts& one, const content_parts& other) {
  std::vector<std::string_view> names;
  for (std::size_t at = 0; at < content_part_names.size(); ++at)
    if (one.hashes[at] != other.hashes[at])
      names.push_back(content_part_names[at]);
  return names;
}

} // namespace sluice
