#pragma once
// The shared store, in a PostgreSQL database: several engines work on it at a time, each of which may die at any moment.
// schema.cpp has the tables; each is owned by the .cpp of its name.

#include "persistence/postgres/database.hpp"
#include "persistence/store.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace sluice {

struct postgres_node_settings {
  std::string name;             ///< unique among those that share the store, and the same after a restart
  std::string address;          ///< where others reach this node; empty: they do not
  std::filesystem::path folder; ///< of this node's own: where imports are put together
};

/// See open_store. Opened for writing it joins: what an engine of that name owned is its own again.
result<std::unique_ptr<store>>
open_postgres_store(postgres_settings settings, postgres_node_settings node, open_mode mode);

} // namespace sluice
