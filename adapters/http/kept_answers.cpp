#include "adapters/http/kept_answers.hpp"

#include "messages/sha256.hpp"

#include <nlohmann/json.hpp>

#include <future>

namespace sluice {

namespace {

using nlohmann::json;

/// Told apart from what follows by its length.
void add_part(sha256_stream& to, std::string_view part) {
  to.update(std::to_string(part.size()) + ":");
  to.update(part);
}

std::string response_text(const http_response& answer) {
  json headers = json::array();
  for (const auto& [name, value] : answer.headers)
    headers.push_back({name, value});
  std::string text;
  json::to_cbor(json{{"status", answer.status},
                     {"type", answer.content_type},
                     {"body", answer.kept_body.value_or(answer.body)},
                     {"headers", std::move(headers)}},
                text);
  return text;
}

std::optional<http_response> read_response(std::string_view text) {
  const auto kept = json::from_cbor(text.begin(), text.end(), true, false);
  if (!kept.is_object())
    return std::nullopt;
  try {
    http_response answer{kept.at("status").get<unsigned>(),
                         kept.at("type").get<std::string>(),
                         kept.at("body").get<std::string>(),
                         {}};
    for (const auto& one : kept.at("headers"))
      answer.headers.emplace_back(one.at(0).get<std::string>(), one.at(1).get<std::string>());
    return answer;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

} // namespace

answer_key answer_key_of(const http_request& request) {
  sha256_stream all;
  for (const auto& segment : request.path)
    add_part(all, segment);
  add_part(all, "");
  for (const auto& [name, value] : request.query) {
    add_part(all, name);
    add_part(all, value);
  }
  add_part(all, "");
  add_part(all, request.body);
  return {.by_id = request.who.id,
          .by = request.who.name,
          .key = request.idempotency_key,
          .use = request.method + " " + to_hex(all.finish())};
}

result<std::optional<http_response>> kept_answer(const journal& in, const answer_key& key) {
  const auto kept = in.find_key_of(key.by_id, key.by, key.key);
  if (!kept)
    return std::unexpected(kept.error());
  if (!*kept)
    return std::nullopt;
  if ((*kept)->what != key.use)
    return failure(error_code::conflict, notice{"idempotency_key_reused"});
  auto answer = read_response((*kept)->response);
  if (!answer)
    return failure(error_code::corrupt, notice{"kept_answer_damaged"});
  answer->headers.emplace_back("Idempotency-Replayed", "true");
  return answer;
}

key_record kept_record(const answer_key& key, const http_response& answer, timestamp now) {
  return {.key = stored_key(key.by_id, key.by, key.key),
          .what = key.use,
          .campaign = {},
          .answer = {},
          .at = now,
          .response = response_text(answer)};
}

result<void> keep_answer(journal& in, key_record record) {
  const auto kept = std::make_shared<std::promise<result<void>>>();
  in.append({.campaign = {}, .expected_last = 0, .events = {}, .key = std::move(record)},
            [kept](const result<event_number>& done) {
              kept->set_value(done ? result<void>{} : std::unexpected(done.error()));
            });
  return kept->get_future().get();
}

} // namespace sluice
