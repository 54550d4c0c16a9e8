#include "persistence/key_record_codec.hpp"

#include "messages/json.hpp"
#include "persistence/big_endian.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace sluice {

namespace {

constexpr char version = 2;
constexpr std::size_t time_bytes = 8;

milliseconds read_milliseconds(std::string_view from) {
  return milliseconds(static_cast<std::int64_t>(read_big_endian<std::uint64_t>(from.data())));
}

/// A record's parts; nothing where the bytes are too few for one.
struct record_parts {
  timestamp at;
  milliseconds running{0};
  std::string_view body;
};

std::optional<record_parts> take_apart(std::string_view value) {
  const bool has_version = !value.empty() && value.front() == version;
  if (has_version)
    value.remove_prefix(1);
  if (value.size() < (has_version ? 2 : 1) * time_bytes)
    return std::nullopt;
  record_parts parts{.at = timestamp(read_milliseconds(value)), .body = value.substr(time_bytes)};
  if (has_version) {
    parts.running = read_milliseconds(parts.body);
    parts.body.remove_prefix(time_bytes);
  }
  return parts;
}

} // namespace

std::string encode_key_record(const key_record& record, milliseconds running) {
  std::string value(1, version);
  append_big_endian(value, static_cast<std::uint64_t>(record.at.time_since_epoch().count()));
  append_big_endian(value, static_cast<std::uint64_t>(running.count()));
  nlohmann::json body{
      {"what", record.what}, {"campaign", record.campaign.value}, {"answer", to_json(record.answer)}};
  if (!record.response.empty())
    body["response"] = nlohmann::json::binary({record.response.begin(), record.response.end()});
  nlohmann::json::to_cbor(body, value);
  return value;
}

result<key_record> decode_key_record(std::string_view key, std::string_view value) {
  const auto damaged = [&] {
    return failure(error_code::corrupt,
                   fmt::format("the stored answer for idempotency key \"{}\" cannot be read", key));
  };
  const auto parts = take_apart(value);
  if (!parts)
    return damaged();
  const auto body = nlohmann::json::from_cbor(parts->body.begin(), parts->body.end(), true, false);
  if (!body.is_object() || !body.contains("what") || !body["what"].is_string() ||
      !body.contains("campaign") || !body["campaign"].is_number_unsigned() || !body.contains("answer"))
    return damaged();
  const auto answer = command_answer_from_json(body["answer"]);
  if (!answer)
    return damaged();
  std::string response;
  if (const auto octets = body.find("response"); octets != body.end() && octets->is_binary())
    response.assign(octets->get_binary().begin(), octets->get_binary().end());
  return key_record{.key = std::string(key),
                    .what = body["what"].get<std::string>(),
                    .campaign = {body["campaign"].get<std::uint64_t>()},
                    .answer = *answer,
                    .at = parts->at,
                    .response = std::move(response)};
}

std::optional<milliseconds> key_record_running_time(std::string_view value) {
  const auto parts = take_apart(value);
  return parts ? std::optional(parts->running) : std::nullopt;
}

} // namespace sluice
