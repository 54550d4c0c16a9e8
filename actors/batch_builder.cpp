#include "actors/actors.hpp"
#include "actors/letters/letter_composer.hpp"
#include "actors/stored_parts.hpp"
#include "messages/address.hpp"
#include "messages/list_name.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <set>

namespace sluice {

namespace {

/// A batch ends at the letter whose octets make it so large.
constexpr std::size_t batch_bytes_max = 1024 * 1024;

/// What makes a campaign's letters, on the store's threads: one order at a time.
struct letter_maker {
  engine_ptr services;
  letter_origin origin;
  campaign_spec spec;
  audience_id audience;
  std::string audience_hash; ///< as the campaign's log has it: rows that do not fit it are made no letters of
  std::string list;          ///< its letters belong to; see list_name_of
  std::unique_ptr<letter_composer> composer;

  /// Both were checked when the campaign was made, so failing here is a fault of the stored campaign.
  result<void> make_composer(const audience_info& info) {
    auto made = make_letter_composer(origin, spec, info.columns, attachments_in(*services->store));
    if (!made && made.error().code == error_code::storage_failed)
      return std::unexpected(made.error());
    if (!made)
      return failure(error_code::internal, notice{"letters_cannot_be_made", {}, {notice_of(made.error())}});
    composer = std::move(*made);
    spec = {}; // it may be megabytes, and its letters are made of what the composer has of it
    return {};
  }

  /// What the files that all letters carry come out as, about. What is not there or cannot be read the composer tells.
  std::size_t shared_file_octets() const {
    std::size_t octets = 0;
    for (const auto& one : spec.attachments)
      if (!one.id.empty())
        if (const auto stored = std::as_const(*services->store).attachments().info(one.id))
          octets += attachment_octets(stored->bytes);
    return octets;
  }

  result<built> build(const build_request& asked) {
    if (!composer) {
      const auto info = services->store->audiences().info(audience);
      if (!info)
        return std::unexpected(info.error());
      if (!asked.account->take_shared(shared_file_octets())) {
        built waiting;
        waiting.waits_for_memory = true;
        return waiting;
      }
      if (auto made = make_composer(*info); !made)
        return std::unexpected(made.error());
    }
    built done;
    auto letters = std::make_shared<batch>();
    letters->relay = asked.order.relay;
    const auto bytes_max = std::min(asked.bytes_max, batch_bytes_max);
    composer->reserve(*letters, asked.order.letters.count(), bytes_max);
    const std::set<std::string_view> throttled(asked.order.throttled_domains.begin(),
                                               asked.order.throttled_domains.end());
    for (const auto& range : asked.order.letters)
      if (is_full(*letters, bytes_max))
        done.made.left.add(range);
      else if (auto read = build_range(range, bytes_max, throttled, *letters, done); !read)
        return std::unexpected(read.error());
    letters->trim();
    if (!letters->letters.empty())
      done.letters = letter_budget::count(asked.account, std::move(letters));
    return done;
  }

  /// One letter is made, however large.
  static bool is_full(const batch& letters, std::size_t bytes_max) {
    return !letters.letters.empty() && letters.used_bytes() >= bytes_max;
  }

  result<void> build_range(letter_range range,
                           std::size_t bytes_max,
                           const std::set<std::string_view>& throttled,
                           batch& letters,
                           built& done) {
    const auto rows =
        services->store->audiences().read_checked(audience, audience_hash, range.begin, range.size());
    if (!rows)
      return std::unexpected(rows.error());
    if (rows->empty())
      return failure(error_code::corrupt, notice{"audience_too_short", {{"audience", to_string(audience)}}});
    std::vector<std::string_view> emails;
    emails.reserve(rows->size());
    for (std::size_t row = 0; row < rows->size(); ++row)
      emails.push_back((*rows)[row].email);
    const auto date = services->now();
    const auto suppressed = services->store->suppressions().find(emails, {list, date});
    if (!suppressed)
      return std::unexpected(suppressed.error());
    // Large rows come in pieces: what is behind this one is left like what does not fit the batch.
    auto left_from = range.begin + static_cast<letter_index>(rows->size());
    for (std::size_t row = 0; row < rows->size(); ++row) {
      const auto index = range.begin + static_cast<letter_index>(row);
      if (is_full(letters, bytes_max)) {
        left_from = index;
        break;
      }
      if (rows->is_erased(row))
        skip(index, notice{"recipient_erased"}, done);
      else if (const auto& entry = (*suppressed)[row])
        skip(index, notice_of(*entry), done);
      else if (!throttled.empty() && throttled.contains(ascii_domain(domain_of(emails[row]))))
        done.made.throttled[ascii_domain(domain_of(emails[row]))].add(index);
      else if (auto composed = composer->compose(index, (*rows)[row], date, letters);
               !composed && composed.error().code == error_code::storage_failed)
        return composed; // of the recipient nothing is said by that
      else if (!composed)
        skip(index, notice_of(composed.error()), done);
      else
        done.made.ready.add(index);
    }
    if (left_from < range.end)
      done.made.left.add({left_from, range.end});
    return {};
  }

  static void skip(letter_index index, notice why, built& done) {
    done.made.skipped.add(index);
    for (auto& group : done.skipped)
      if (group.answer.notice == why) {
        group.letters.add(index);
        return;
      }
    done.skipped.push_back({letter_state::skipped, {{index, index + 1}}, reply_of(std::move(why)), {}});
  }
};

struct batch_builder_state {
  static inline const char* name = "batch_builder";

  batch_builder_actor::pointer self;
  campaign_actor campaign;
  std::shared_ptr<letter_maker> maker;
  pool_requests orders;

  explicit batch_builder_state(batch_builder_actor::pointer me) : self(me) {}

  void make(build_request&& asked) {
    orders.ask(
        *maker->services->pool, job_kind::letters, caf::actor_cast<batch_builder_actor>(self),
        [maker = maker, asked = std::move(asked)] { return maker->build(asked); },
        [this](result<built> done) { answer(std::move(done)); });
  }

  /// A fault of ours ends this actor and its campaign's, and the supervisor shows why.
  void answer(result<built> done) {
    if (done)
      self->send(campaign, std::move(*done));
    else if (done.error().code == error_code::internal)
      throw engine_fault(done.error());
    else
      self->send(campaign, built{.made = {}, .letters = nullptr, .skipped = {}, .failure = done.error()});
  }
};

batch_builder_actor::behavior_type
batch_builder(batch_builder_actor::stateful_pointer<batch_builder_state> self,
              campaign_actor campaign,
              std::shared_ptr<letter_maker> maker) {
  self->state.campaign = std::move(campaign);
  self->state.maker = std::move(maker);
  return {
      [=](build_request& asked) { self->state.make(std::move(asked)); },
      [=](const pool_answer& made) { self->state.orders.on_answer(made); },
  };
}

} // namespace

batch_builder_actor spawn_batch_builder(campaign_actor::base& parent,
                                        campaign_actor campaign,
                                        engine_ptr services,
                                        letter_origin origin,
                                        campaign_spec spec,
                                        const audience_ref& audience) {
  auto maker = std::make_shared<letter_maker>();
  maker->services = std::move(services);
  maker->origin = std::move(origin);
  maker->list = list_name_of(spec, audience);
  maker->origin.list = audience.name;
  maker->spec = std::move(spec);
  maker->audience = audience.id;
  maker->audience_hash = audience.hash;
  return parent.spawn<caf::linked>(batch_builder, std::move(campaign), std::move(maker));
}

} // namespace sluice
