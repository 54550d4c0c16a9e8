#include "actors/actors.hpp"
#include "actors/core/deliberate_faults.hpp"
#include "actors/letters/letter_composer.hpp"
#include "messages/address.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace sluice {

namespace {

/// A batch ends at the letter whose octets make it so large.
constexpr std::size_t batch_bytes_max = 1024 * 1024;

struct batch_builder_state {
  static inline const char* name = "batch_builder";

  batch_builder_actor::pointer self;
  campaign_actor campaign;
  engine_ptr services;
  campaign_id id;
  campaign_spec spec;
  audience_id audience;
  std::unique_ptr<letter_composer> composer;
  std::string envelope_sender;

  explicit batch_builder_state(batch_builder_actor::pointer me) : self(me) {}

  /// Both were checked when the campaign was made, so failing here is a fault of the stored campaign: it
  /// ends this actor and its campaign's, and the supervisor shows why.
  void make_composer(const audience_info& info) {
    auto made = make_letter_composer(id, spec, info.columns);
    const auto sender = parse_mailbox(spec.from);
    if (!made || !sender)
      throw engine_fault(make_error(
          error_code::internal,
          notice{"letters_cannot_be_made", {}, {notice_of(made ? sender.error() : made.error())}}));
    composer = std::move(*made);
    envelope_sender = sender->address;
  }

  result<built> build(const letter_ranges& wanted) {
    if (!composer) {
      const auto info = services->store->audiences().info(audience);
      if (!info)
        return std::unexpected(info.error());
      make_composer(*info);
    }
    built done;
    done.asked = wanted;
    auto letters = std::make_shared<batch>();
    letters->campaign = id;
    letters->envelope_sender = envelope_sender;
    composer->reserve(*letters, wanted.count(), batch_bytes_max);
    for (const auto& range : wanted)
      if (letters->used_bytes() >= batch_bytes_max)
        done.left.add(range);
      else if (auto read = build_range(range, *letters, done); !read)
        return std::unexpected(read.error());
    if (!letters->letters.empty())
      done.letters = std::move(letters);
    return done;
  }

  result<void> build_range(letter_range range, batch& letters, built& done) {
    const auto rows = services->store->audiences().read(audience, range.begin, range.size());
    if (!rows)
      return std::unexpected(rows.error());
    if (rows->size() != range.size())
      return failure(error_code::corrupt, notice{"audience_too_short", {{"audience", to_string(audience)}}});
    std::vector<std::string_view> emails;
    emails.reserve(rows->size());
    for (const auto& row : *rows)
      emails.emplace_back(row.email);
    const auto suppressed = services->store->suppressions().find(emails);
    if (!suppressed)
      return std::unexpected(suppressed.error());
    const auto date = services->now();
    for (std::size_t row = 0; row < rows->size(); ++row) {
      const auto index = range.begin + static_cast<letter_index>(row);
      if (letters.used_bytes() >= batch_bytes_max) {
        done.left.add({index, range.end});
        break;
      }
      if (const auto& reason = (*suppressed)[row];
          reason && !is_broken(deliberate_fault::suppression_ignored))
        skip(index, notice{"suppressed", {{"reason", *reason}}}, done.skipped);
      else if (auto composed = composer->compose(index, (*rows)[row], date, letters); !composed)
        skip(index, notice_of(composed.error()), done.skipped);
    }
    return {};
  }

  static void skip(letter_index index, notice why, std::vector<settled_group>& skipped) {
    for (auto& group : skipped)
      if (group.answer.notice == why) {
        group.letters.add(index);
        return;
      }
    skipped.push_back({letter_state::skipped, {{index, index + 1}}, reply_of(std::move(why)), {}});
  }

  void answer(const letter_ranges& wanted) {
    auto done = build(wanted);
    if (done)
      self->send(campaign, std::move(*done));
    else
      self->send(campaign, built{wanted, nullptr, {}, {}, done.error()});
  }
};

batch_builder_actor::behavior_type
batch_builder(batch_builder_actor::stateful_pointer<batch_builder_state> self,
              campaign_actor campaign,
              engine_ptr services,
              campaign_id id,
              campaign_spec spec,
              audience_id audience) {
  self->state.campaign = std::move(campaign);
  self->state.services = std::move(services);
  self->state.id = id;
  self->state.spec = std::move(spec);
  self->state.audience = audience;
  return {
      [=](const build_request& asked) { self->state.answer(asked.letters); },
  };
}

} // namespace

batch_builder_actor spawn_batch_builder(campaign_actor::base& parent,
                                        campaign_actor campaign,
                                        engine_ptr services,
                                        campaign_id id,
                                        campaign_spec spec,
                                        audience_id audience) {
  return parent.spawn<caf::linked>(batch_builder, std::move(campaign), std::move(services), id,
                                   std::move(spec), audience);
}

} // namespace sluice
