#include "persistence/key_record_codec.hpp"

#include "messages/json.hpp"
#include "persistence/big_endian.hpp"
#include "persistence/sentence.hpp"

#include <nlohmann/json.hpp>

namespace sluice {

namespace {

constexpr std::size_t time_bytes = 8;

} // namespace

std::string encode_key_record(const key_record& record) {
  std::string value;
  append_big_endian(value, static_cast<std::uint64_t>(record.at.time_since_epoch().count()));
  nlohmann::json::to_cbor(nlohmann::json{{"what", record.what},
                                         {"campaign", record.campaign.value},
                                         {"answer", to_json(record.answer)}},
                          value);
  return value;
}

result<key_record> decode_key_record(std::string_view key, std::string_view value) {
  const auto damaged = [&] {
    return failure(error_code::corrupt,
                   sentence("the stored answer for idempotency key \"", key, "\" cannot be read"));
  };
  const auto at = key_record_time(value);
  if (!at)
    return damaged();
  const auto body = nlohmann::json::from_cbor(value.begin() + time_bytes, value.end(), true, false);
  if (!body.is_object() || !body.contains("what") || !body["what"].is_string() ||
      !body.contains("campaign") || !body["campaign"].is_number_unsigned() || !body.contains("answer"))
    return damaged();
  const auto answer = command_answer_from_json(body["answer"]);
  if (!answer)
    return damaged();
  return key_record{.key = std::string(key),
                    .what = body["what"].get<std::string>(),
                    .campaign = {body["campaign"].get<std::uint64_t>()},
                    .answer = *answer,
                    .at = *at};
}

std::optional<timestamp> key_record_time(std::string_view value) {
  if (value.size() < time_bytes)
    return std::nullopt;
  return timestamp(milliseconds(static_cast<std::int64_t>(read_big_endian<std::uint64_t>(value.data()))));
}

} // namespace sluice
