#pragma once
// How the actors of interfaces.hpp are made. Each behaviour is in the .cpp of its name.

#include "actors/engine.hpp"
#include "actors/interfaces.hpp"
#include "actors/letters/letter_composer.hpp"

namespace sluice {

struct campaign_state;

/// Brings back every campaign and runs the node. It begins after this returns: its answer to any request is the sign
/// that the directory holds them all.
supervisor_actor spawn_supervisor(caf::actor_system& system, engine_ptr services);

/// The behaviours, for the actor that spawns them. A campaign takes the state out of `recovered`.
campaign_actor spawn_campaign(supervisor_actor::base& parent,
                              engine_ptr services,
                              std::shared_ptr<campaign_state> recovered);
sender_actor spawn_sender(campaign_actor::base& parent, campaign_queue_ptr queue);
batch_builder_actor spawn_batch_builder(campaign_actor::base& parent,
                                        campaign_actor campaign,
                                        engine_ptr services,
                                        letter_origin origin,
                                        campaign_spec spec,
                                        const audience_ref& audience);

} // namespace sluice
