#pragma once
// A log's records as rows of the table `events`: its bytes are those that every form of the store writes
// (persistence/journal.hpp).

#include "messages/sha256.hpp"
#include "messages/time.hpp"
#include "persistence/hash_chain.hpp"
#include "persistence/postgres/database.hpp"

#include <optional>
#include <string_view>

namespace sluice {

/// The hash whose 32 bytes these are; zeros for anything else.
sha256_hash hash_in(std::string_view bytes);

/// When the event of a record of the house's log was; nothing where it cannot be read.
std::optional<timestamp> time_of_house_record(std::string_view record);

/// A log's records from a number on, some thousand at a time, as they were when each of these was read.
class postgres_records final : public record_source {
public:
  postgres_records(const postgres_database& database, campaign_id campaign, event_number first) :
      database_(database), campaign_(campaign), next_(first) {}
  bool next(event_number& number, std::string_view& value) override;
  result<void> outcome() const override;

private:
  const postgres_database& database_;
  campaign_id campaign_;
  event_number next_;
  std::optional<pg_rows> rows_;
  std::size_t at_ = 0;
  bool is_over_ = false;
  result<void> outcome_;
};

} // namespace sluice
