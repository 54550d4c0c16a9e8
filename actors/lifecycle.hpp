#pragma once
// The life of a campaign at a glance.
//
//             start                approve               T0               all letters final
//   draft ───────────► moderation ─────────► preparing ─────► sending ───────────────────────► sent
//     │      └── no reason to look ─────────────▲
//     │ discard            │ reject                  any of these, at any time: cancel ► cancelled
//     ▼                    ▼
//   (gone)              rejected          hold:  pause ─► paused ─► resume   over moderation,
//                  spam suspicion, refusals ┘ (then resume is a trial)  preparing, sending
//                                         release: the whole rest is due at once; lifts a hold
//
//   command  →  decide (decide.hpp)  →  events  →  journal  →  evolve (evolve.hpp)  →  state
//
// Events: created, edited, discarded · submitted, approval_given, approved, rejected, scheduled · sending_began, paused,
// resumed, released, cancelled · claimed, settled, doubt_settled,
// refusals_settled, trial_passed · relay_failed, relay_recovered ·
// drained · finished.

#include "actors/core/consequences.hpp"
#include "actors/core/decide.hpp"
#include "actors/core/evolve.hpp"
#include "actors/core/outcomes.hpp"
