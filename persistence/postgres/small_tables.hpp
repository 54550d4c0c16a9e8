#pragma once
// What a shared store keeps beside logs and lists, each in a table of one row a thing: snapshots, notes, partials.

#include "persistence/notes.hpp"
#include "persistence/partials.hpp"
#include "persistence/postgres/database.hpp"
#include "persistence/snapshots.hpp"

namespace sluice {

class postgres_snapshots final : public snapshot_store {
public:
  explicit postgres_snapshots(const postgres_database& database) : database_(database) {}
  void save(campaign_id campaign, const snapshot& value) override;
  std::optional<snapshot> load(campaign_id campaign) const override;
  result<std::vector<snapshot_mark>> marks() const override;

private:
  const postgres_database& database_;
};

class postgres_notes final : public note_store {
public:
  explicit postgres_notes(const postgres_database& database) : database_(database) {}
  result<void> save(std::string_view name, std::string_view text) override;
  result<std::optional<std::string>> load(std::string_view name) const override;

private:
  const postgres_database& database_;
};

class postgres_partials final : public partial_store {
public:
  explicit postgres_partials(const postgres_database& database) : database_(database) {}
  result<stored_partial>
  put(std::string_view name, std::string_view content, std::string_view by, timestamp now) override;
  result<void> remove(std::string_view name, std::string_view by, timestamp now) override;
  result<stored_partial> find(std::string_view name, std::optional<std::uint32_t> version) const override;
  result<std::vector<stored_partial>> list() const override;

private:
  const postgres_database& database_;
};

} // namespace sluice
