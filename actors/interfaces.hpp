#pragma once
// Every actor of the engine, by its interface: the map of the system.
//
//   node ── supervisor ──┬── campaign ──┬── batch_builder
//                        └── campaign …  └── sender ──► relay's queue

#include "actors/build_order.hpp"
#include "actors/core/start_check.hpp"
#include "actors/letter_budget.hpp"
#include "actors/letters/batch.hpp"
#include "actors/outbox.hpp"
#include "actors/pool_requests.hpp"
#include "actors/relay.hpp"
#include "messages/command.hpp"
#include "messages/event.hpp"
#include "messages/view.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <string>

namespace caf {
class actor_system_config;
}

namespace sluice {

using create_atom = caf::atom_constant<caf::atom("create")>;
using show_atom = caf::atom_constant<caf::atom("show")>;
using list_atom = caf::atom_constant<caf::atom("list")>;
using idle_atom = caf::atom_constant<caf::atom("idle")>;
using retire_atom = caf::atom_constant<caf::atom("retire")>;
using halt_atom = caf::atom_constant<caf::atom("halt")>;
using appended_atom = caf::atom_constant<caf::atom("appended")>;
using revive_atom = caf::atom_constant<caf::atom("revive")>;
using retry_atom = caf::atom_constant<caf::atom("retry")>;
using own_atom = caf::atom_constant<caf::atom("own")>;
using drop_atom = caf::atom_constant<caf::atom("drop")>;
using release_atom = caf::atom_constant<caf::atom("release")>;
using remove_atom = caf::atom_constant<caf::atom("remove")>;
using publish_atom = caf::atom_constant<caf::atom("publish")>;

/// The journal's answer to a campaign's append.
struct append_outcome {
  result<event_number> last;
};

/// Letters to make ready.
struct build_request {
  build_order order;
  std::size_t bytes_max = 0; ///< what they may take; one is made in any case
  std::shared_ptr<letter_budget::account> account;
};

/// Letters made ready, and those that are never offered, with the reason.
struct built {
  built_letters made;
  batch_ptr letters; ///< of made.ready; none when there are none
  std::vector<settled_group> skipped;
  std::optional<error> failure; ///< the audience cannot be read now; all else is empty then
  bool waits_for_memory =
      false; ///< there is no room for its files now (letter_budget.hpp); all else is empty then
};

using campaign_queue_ptr = std::shared_ptr<campaign_queue>;
using report_ptr = std::shared_ptr<relay_report>;

/// Who wants to hear of changes: gets each campaign's id and its view as JSON, with `text` and `html` empty (empty as
/// a whole: it is gone).
using change_listener = caf::typed_actor<caf::reacts_to<campaign_id, std::string>>;

/// The node as other programs see it, in this process or across CAF's network.
using node_actor = caf::typed_actor<
    // Makes a draft; answers its id when it is durable.
    caf::replies_to<create_campaign>::with<campaign_id>,
    // Commands a campaign; answers when it is durable.
    caf::replies_to<campaign_id, command>::with<command_answer>,
    // One campaign as GET /v1/campaigns/{id} shows it, as JSON.
    caf::replies_to<show_atom, campaign_id>::with<std::string>,
    // Every campaign's id, lowest first.
    caf::replies_to<list_atom>::with<std::vector<campaign_id>>,
    // Tells a listener of each change from now on, until it ends.
    caf::reacts_to<caf::subscribe_atom, change_listener>>;

/// Keeps a node among those that share its store. See ownership.hpp.
using ownership_actor = caf::typed_actor<
    // A beat is due.
    caf::reacts_to<caf::tick_atom>,
    // It could not come back as a new incarnation a moment ago.
    caf::reacts_to<revive_atom>,
    // What it owns could not be listed a moment ago.
    caf::reacts_to<own_atom>,
    // Others may have answered.
    caf::reacts_to<retry_atom>,
    // A command for a campaign that another node owns.
    caf::replies_to<campaign_id, command>::with<command_answer>,
    // From the store's threads.
    caf::reacts_to<pool_answer>,
    // Gives everything to the others and ends.
    caf::replies_to<halt_atom>::with<caf::unit_t>>;

/// Knows every campaign; starts their actors, and starts them again from their logs when they die.
using supervisor_actor = node_actor::extend<
    // From the journal: a draft is durable, or not.
    caf::reacts_to<campaign_id, append_outcome>,
    // A campaign has nothing to do until somebody commands it: its actor may go.
    caf::reacts_to<idle_atom, campaign_id>,
    // A dead campaign's delay is over.
    caf::reacts_to<revive_atom, campaign_id>,
    // From the journal: nothing that a dead campaign was appending is on its way any more.
    caf::reacts_to<appended_atom, campaign_id>,
    // From the store's threads: what it asked them for.
    caf::reacts_to<pool_answer>,
    // Where nodes share a store: these campaigns are this node's from now on.
    caf::reacts_to<own_atom, std::vector<campaign_id>>,
    // They are no longer: every campaign's actor ends just as it stands. Answers when they have.
    caf::replies_to<drop_atom>::with<std::vector<campaign_id>>,
    // It leaves: every campaign's actor ends, letters on connections finished; answers whose they were.
    caf::replies_to<release_atom>::with<std::vector<campaign_id>>,
    // Who passes commands on to other nodes.
    caf::reacts_to<own_atom, ownership_actor>,
    // A campaign that is over is kept no longer: it is removed, unless somebody is at it. Answers whether it was.
    caf::replies_to<remove_atom, campaign_id>::with<bool>,
    // Ends every campaign's actor, letters on connections finished, then itself.
    caf::reacts_to<halt_atom>>;

/// One campaign: the only writer of its log.
using campaign_actor = caf::typed_actor<
    // Decides, appends, and only then answers and acts.
    caf::replies_to<command, start_check>::with<command_answer>,
    // Something may be due.
    caf::reacts_to<caf::tick_atom>,
    // The view that was held back to spare the watchers is to be shown.
    caf::reacts_to<publish_atom>,
    // The disk failed a while ago; it may be back.
    caf::reacts_to<retry_atom>,
    // From the journal: durable, or not.
    caf::reacts_to<append_outcome>,
    // From the store's threads: its state, after an append that failed.
    caf::reacts_to<pool_answer>,
    // From the batch builder.
    caf::reacts_to<built>,
    // From one of its queues at the relay: letters that want their claim, outcomes, trouble. One at a time; what comes
    // while the campaign is busy with its log is gathered, and taken when it answers (report_gatherer.hpp).
    caf::reacts_to<queue_number, report_ptr>,
    // From the supervisor: end, if you are still idle. Answers whether it does.
    caf::replies_to<retire_atom>::with<bool>,
    // From the supervisor: finish what is on connections, then end.
    caf::reacts_to<halt_atom>>;

/// Reads the next recipients, drops the suppressed, renders the letters: on demand only, on the store's threads.
using batch_builder_actor = caf::typed_actor<caf::reacts_to<build_request>,
                                             // From the store's threads.
                                             caf::reacts_to<pool_answer>>;

/// Hands a campaign's letters to its queue at the relay.
using sender_actor = caf::typed_actor<
    // From the campaign: letters to offer.
    caf::reacts_to<batch_ptr>>;

/// Registers what crosses the network and the errors' words. Call it on the configuration of an actor
/// system of your own before you give that system to a node.
void register_messages(caf::actor_system_config& configuration);

/// Our error as CAF carries it, and back; an error of CAF's own becomes `unavailable`.
caf::error to_caf(const error& ours);

/// What was thrown in an actor, as the reason of its end: whoever watches it shows people the words.
caf::error to_caf(const std::exception_ptr& thrown);
error from_caf(const caf::error& theirs);

} // namespace sluice

CAF_BEGIN_TYPE_ID_BLOCK(sluice, first_custom_type_id)
CAF_ADD_TYPE_ID(sluice, (sluice::campaign_id))
CAF_ADD_TYPE_ID(sluice, (sluice::command))
CAF_ADD_TYPE_ID(sluice, (sluice::command_answer))
CAF_ADD_TYPE_ID(sluice, (sluice::create_campaign))
CAF_ADD_TYPE_ID(sluice, (std::vector<sluice::campaign_id>))
CAF_END_TYPE_ID_BLOCK(sluice)

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::start_check)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::append_outcome)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::build_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::built)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::campaign_queue_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::batch_ptr)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::report_ptr)

namespace sluice {

// How they travel: a campaign's content as the JSON of messages/json.hpp, so that nodes of different
// versions understand each other as far as HTTP clients do.

std::string command_to_wire(const command& value);
caf::error command_from_wire(const std::string& text, command& value);
std::string create_to_wire(const create_campaign& value);
caf::error create_from_wire(const std::string& text, create_campaign& value);

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, campaign_id& x) {
  return f(caf::meta::type_name("campaign_id"), x.value);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, command_answer& x) {
  return f(caf::meta::type_name("command_answer"), x.status, x.changed, x.version, x.in_flight);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, command& x) {
  std::string text;
  if constexpr (Inspector::reads_state)
    text = command_to_wire(x);
  return f(caf::meta::type_name("command"), text,
           caf::meta::load_callback([&]() -> caf::error { return command_from_wire(text, x); }));
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, create_campaign& x) {
  std::string text;
  if constexpr (Inspector::reads_state)
    text = create_to_wire(x);
  return f(caf::meta::type_name("create_campaign"), text,
           caf::meta::load_callback([&]() -> caf::error { return create_from_wire(text, x); }));
}

} // namespace sluice
