#pragma once
// The embedding API: an engine inside a program. Open one with a configuration, submit campaigns, command
// them, look at them. It runs in a CAF actor system of its own or in one that is given to it; its typed
// handle (actors/interfaces.hpp) works through CAF's network as well.

#include "actors/core/letter_settings.hpp"
#include "actors/core/moderation.hpp"
#include "actors/core/retry_settings.hpp"
#include "actors/core/suspicion_settings.hpp"
#include "actors/directory.hpp"
#include "actors/node_list.hpp"
#include "actors/relay_factory.hpp"
#include "actors/retention.hpp"
#include "actors/test_copy_settings.hpp"
#include "messages/command.hpp"
#include "messages/house_event.hpp"
#include "messages/import_record.hpp"
#include "messages/view.hpp"
#include "persistence/store.hpp"
#include "persistence/stores/open_store.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace caf {
class actor;
class actor_system;
} // namespace caf

namespace sluice {

struct node_settings {
  std::filesystem::path data_folder =
      "var";         ///< the store, or where that is elsewhere what is this engine's own
  std::string store; ///< its URL (persistence/stores/open_store.hpp); empty: the data folder
  /// Of a store that several engines share. Its folder is the data folder.
  shared_store_settings shared;
  relay_settings relay;               ///< with an empty URL it is not there, and `relays` are
  std::vector<relay_settings> relays; ///< beside it, each of another name
  letter_settings letters;
  moderation_settings moderation;
  suspicion_settings suspicion;
  retry_settings retry;
  import_settings imports;
  test_copy_settings test_copies;
  retention_settings retention;
  std::size_t attachment_bytes_max = std::size_t{10} << 20U; ///< of one file
  std::size_t batch_letters_max = 256;                       ///< letters made ready at a time
  std::size_t letters_bytes_max = std::size_t{64} << 20U;    ///< letters made ready and not yet gone
  std::size_t batches_ahead_max = 4;                         ///< made ready before a connection takes them
  /// What the house's log tells of this start, beside the relays' names: the version, and settings that differ from the
  /// default. Without secrets.
  house::engine_started start;
  std::size_t store_threads = 4; ///< that read the store and render letters, see actors/store_pool.hpp
};

/// A running engine. All functions may be called from any thread.
class node {
public:
  /// Opens the store, connects nothing yet, brings back every campaign that is not final.
  /// Without a `system` it makes one of its own.
  static result<std::unique_ptr<node>> open(node_settings settings,
                                            const relay_factory& relays,
                                            caf::actor_system* system = nullptr,
                                            clock_source now = system_now);
  virtual ~node() = default;

  /// Each calls `done` once, on some thread, when the answer is durable; with `unavailable` where the node has stopped,
  /// or stops before there is one. What `done` throws is logged.
  virtual void create(create_campaign what, std::function<void(result<campaign_view>)> done) = 0;
  virtual void
  command(campaign_id id, sluice::command what, std::function<void(result<command_answer>)> done) = 0;

  /// Campaigns as they are shown, and changes as they come.
  virtual directory& campaigns() = 0;
  /// One of them, also where another node has made it a moment ago. May wait for the store.
  virtual std::optional<campaign_view> look_up(campaign_id id) { return campaigns().find(id, now()); }
  /// Audiences, suppressions, tokens, and the logs to read.
  virtual sluice::store& store() = 0;
  /// The sending server: what it waits for, and for letters that belong to no campaign (test copies).
  virtual sluice::relay& relay() = 0;
  /// What its server was found to bear, while that is less than the settings allow.
  virtual std::optional<relay_pace> found_pace() { return std::nullopt; }
  /// The relays as they are now, without their URLs.
  virtual std::vector<relay_view> relays() { return {}; }
  /// Those that serve the campaign and fail, where there are several.
  virtual std::vector<relay_view> relays_failing(const campaign_spec&) { return {}; }
  /// How often it was tried in vain, while it takes nothing.
  virtual std::optional<relay_tries> tries() { return std::nullopt; }
  virtual timestamp now() const = 0;
  virtual const node_settings& settings() const = 0;
  virtual caf::actor_system& system() = 0;
  /// The node's actor, to publish or to send to: `caf::actor_cast<node_actor>` (actors/interfaces.hpp)
  /// gives its typed handle.
  virtual caf::actor handle() const = 0;

  /// The nodes that share the store, as this one sees them; none where nobody does.
  virtual std::vector<node_view> nodes() const { return {}; }
  /// True while the store takes writes and the actors run.
  virtual bool is_ready() const = 0;
  /// The memory of letters made ready and not yet gone, and how much that may be (`memory.letters`).
  struct letter_memory {
    std::size_t bytes = 0;
    std::size_t bytes_max = 0;
    std::size_t shared_bytes = 0;      ///< of them: files that all letters of a campaign carry
    std::size_t campaigns_waiting = 0; ///< for room for such files
  };
  virtual letter_memory letters_ready() const = 0;
  /// Finishes letters on connections, leaves the rest pending, ends every actor. Idempotent.
  virtual void stop() = 0;
};

} // namespace sluice
