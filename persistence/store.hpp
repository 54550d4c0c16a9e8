#pragma once
// Everything that the engine keeps, behind one interface: the campaigns' logs, audiences, suppressions, snapshots,
// tokens, notes, partials and attachments. persistence/stores/open_store.hpp opens one.
//
// Acknowledged means synced. When the disk fails or is full, writes answer `storage_failed` and go on by
// themselves when it is back.

#include "messages/error.hpp"
#include "messages/time.hpp"
#include "persistence/attachments.hpp"
#include "persistence/audiences.hpp"
#include "persistence/erasure.hpp"
#include "persistence/hidden_address.hpp"
#include "persistence/house_log.hpp"
#include "persistence/journal.hpp"
#include "persistence/notes.hpp"
#include "persistence/partials.hpp"
#include "persistence/removed_campaigns.hpp"
#include "persistence/snapshots.hpp"
#include "persistence/suppressions.hpp"
#include "persistence/tokens.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class cluster_table;

enum class open_mode : std::uint8_t { read_write, read_only };

/// Whether a store takes writes; where it takes none, since when and why.
struct store_condition {
  bool takes_writes = true;
  timestamp since{}; ///< of the first write that failed: none has been taken since
  error why; ///< `storage_failed`: the disk; `corrupt`: damage was found; `not_permitted`: opened for reading
};

class store {
public:
  virtual ~store() = default;
  virtual sluice::journal& journal() = 0;
  virtual const sluice::journal& journal() const = 0;
  virtual audience_store& audiences() = 0;
  virtual const audience_store& audiences() const = 0;
  virtual suppression_list& suppressions() = 0;
  virtual const suppression_list& suppressions() const = 0;
  virtual snapshot_store& snapshots() = 0;
  virtual const snapshot_store& snapshots() const = 0;
  virtual token_store& tokens() = 0;
  virtual const token_store& tokens() const = 0;
  virtual house_log& house() = 0;
  /// How addresses stand in the house's log.
  virtual const address_hider& hider() const = 0;
  /// Where the tables of tokens and suppressions were not what the house's log says when the store was opened for writing:
  /// somebody was at its files. Such tokens are not honoured, and where it is the suppressions, none can be looked up, so
  /// that no letter is made. Whoever takes the tables as they are says so with accept_tables.
  virtual std::vector<table_fault> table_faults() const { return {}; }
  /// Takes the tables as they are, although somebody changed them: the house's log is told so, with `words` for why, and of each
  /// difference, and says from now on what they hold. How many there were. `conflict` where the log itself, or the secret that
  /// it hides addresses with, was changed: then only a copy of before helps.
  virtual result<std::uint64_t> accept_tables(std::string words, const act& done) = 0;
  virtual note_store& notes() = 0;
  virtual partial_store& partials() = 0;
  virtual const partial_store& partials() const = 0;
  virtual attachment_store& attachments() = 0;
  virtual const attachment_store& attachments() const = 0;
  virtual sluice::removed_campaigns& removed_campaigns() = 0;
  virtual const sluice::removed_campaigns& removed_campaigns() const = 0;
  /// 32 random bytes, made with the store and never told: what Message-IDs and envelope senders are keyed with. Empty in
  /// a store of before that is open for reading: nothing in it was made with one.
  virtual const std::string& secret() const = 0;
  /// Erases a recipient from everything that can be altered: rows of audiences give way to their leaves, the indexes of addresses
  /// and suppressions keep the hidden address only, and the address stays suppressed. One write, durable when it returns; what
  /// the old bytes lay in is written anew before that. `done`: by whom and when, for the house's log.
  virtual result<erasure> erase(std::string_view address, const act& done) = 0;
  /// An id for a new campaign: higher than any that has events, than any that was removed, and than any that was given before. Any thread. It
  /// is taken for good with the campaign's first append; one that was not used by then may be given again after a
  /// restart.
  virtual result<campaign_id> next_campaign() = 0;
  /// Who shares the store; nothing where nobody does.
  virtual cluster_table* cluster() { return nullptr; }
  /// Takes in what others who share it have changed: tokens. Waits for the store. Nothing to do where nobody does.
  virtual result<void> refresh() { return {}; }
  /// Whether it takes writes, as the last one showed. Any thread; never waits for the disk. Where nothing was written
  /// for a second, asking makes the store try, so that the next answer is new.
  virtual store_condition condition() const = 0;
};

} // namespace sluice
