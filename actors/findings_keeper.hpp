#pragma once
// What a relay has found of its server, kept in the store over restarts (persistence/notes.hpp).

#include "actors/relay.hpp"
#include "persistence/notes.hpp"

#include <string>

namespace sluice {

/// For one relay. Used by one thread at a time; waits for the disk.
class findings_keeper {
public:
  /// So often a changed note is written at most.
  static constexpr milliseconds keep_every = std::chrono::seconds(2);

  /// `name`: the relay's among several; empty where there is one. Both outlive it.
  findings_keeper(relay& of, note_store& into, std::string_view name);

  /// At the start: the relay goes on from what is kept of this server, spoken to as this user. What cannot be read is told
  /// in the log and passed over.
  void recall();
  /// Writes what the relay has found, where it has changed. A disk that does not take it is told of once, and tried again.
  void keep();

private:
  relay& relay_;
  note_store& notes_;
  std::string key_; ///< empty: the relay finds nothing worth keeping
  std::string kept_;
  bool has_failed_ = false;
};

} // namespace sluice
