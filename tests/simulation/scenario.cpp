#include "tests/simulation/scenario.hpp"

#include <fmt/format.h>

namespace sluice::simulation {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t recipients_max = 120;

std::string address_of(std::size_t recipient) {
  return fmt::format("r{}@{}.example", recipient, recipient % 3);
}

} // namespace

scenario::scenario(dice& chance) : chance_(chance), connections_(1 + chance.below(20)) {
  settings_.batch_letters_max = 1 + chance_.below(40);
  settings_.batches_ahead_max = 1 + chance_.below(4);
  if (chance_.below(3) == 0)
    settings_.letters_bytes_max = 1 + chance_.below(20'000);
  settings_.retry = {1min, 10min, 1h};
  settings_.suspicion = {
      chance_.below(3) == 0, 50, 20, 20, 10, static_cast<std::uint32_t>(1 + chance_.below(20))};
  settings_.moderation.first_campaigns = chance_.below(3) == 0 ? 2 : 0;
  settings_.moderation.two_people = chance_.below(4) == 0 ? two_people::on : two_people::off;
  settings_.moderation.approvals_needed = chance_.below(4) == 0 ? 2 : 1;
  settings_.moderation.approval_expires = chance_.below(4) == 0 ? milliseconds{1h} : milliseconds{0};
  settings_.moderation.audience_growth_max = 0;
  settings_.moderation.requires_unsubscribe = false;
  settings_.moderation.role_addresses_percent_max = 100;
  if (chance_.below(3) == 0) {
    relays_.resize(2 + chance_.below(2));
    for (auto& one : relays_)
      one.weight = static_cast<std::uint32_t>(1 + chance_.below(3));
    relays_.back().is_standby = chance_.below(2) == 0;
    relays_.front().is_standby = false;
  }
  has_altered_audiences_ = chance_.below(3) == 0;
  // A group of rows that is larger than a read, as one with large rows is, is checked piece by piece.
  if (chance_.below(4) == 0)
    row_bytes_max_ = 1 + chance_.below(3'000);
  change_mood();
}

relay_mood scenario::change_mood() {
  const auto some = [&](unsigned times_max) {
    return chance_.below(2) == 0 ? 0U : static_cast<unsigned>(chance_.below(times_max));
  };
  mood_ = {some(200),
           some(50),
           some(300),
           some(300),
           some(200),
           some(900),
           some(300),
           chance_.below(5) == 0,
           chance_.below(10) == 0 ? 200U : 0U,
           chance_.below(10) == 0};
  return mood_;
}

simulated_disk::health scenario::some_disk_health() {
  switch (chance_.below(5)) {
  case 0:
    return simulated_disk::health::full;
  case 1:
    return simulated_disk::health::broken;
  default:
    return simulated_disk::health::good;
  }
}

plan scenario::make_plan(timestamp now) {
  plan made;
  if (chance_.below(3) == 0)
    made.start_at = now + milliseconds{chance_.between(-600'000, 3'600'000)};
  if (chance_.below(2) == 0) {
    static constexpr std::array intervals{milliseconds{1s}, milliseconds{30s}, milliseconds{10min},
                                          milliseconds{1h}, milliseconds{12h}};
    made.parts = parts{static_cast<std::uint32_t>(5 + chance_.below(60)), intervals[chance_.below(5)],
                       static_cast<std::uint32_t>(chance_.below(3) * 50)};
  }
  return made;
}

campaign_spec scenario::make_campaign(timestamp now) {
  campaign_spec made;
  made.name = "Autumn sale";
  made.from = "Shop <news@shop.example>";
  const auto percent = 10 + chance_.below(90); // so that no two campaigns have the same letters
  made.subject = fmt::format("{{{{name}}}}, everything is {}% off", percent);
  made.text = fmt::format("Hello {{{{name}}}}, all is {}% off", percent);
  made.unsubscribe_url =
      "{{scheme}}://shop.example/u"; // bad rows have none, and their letters cannot be made
  made.plan = make_plan(now);
  made.on_doubt = chance_.below(3) == 0 ? doubt_policy::hold : doubt_policy::resend;
  return made;
}

std::optional<audience_id> scenario::make_audience(store& into, timestamp now) {
  auto writer = into.audiences().begin(fmt::format("audience {}", ++audiences_), now);
  if (!writer)
    return std::nullopt;
  const auto name = (*writer)->column("name").value();
  const auto scheme = (*writer)->column("scheme").value();
  const auto bad_rows = chance_.below(3) == 0 ? 100U : 0U;
  auto size = 1 + chance_.below(chance_.below(4) == 0 ? recipients_max : 20);
  if (chance_.below(20) == 0)
    size += tree_fanout + chance_.below(recipients_max); // more than one group of the tree
  const auto first = chance_.below(recipients_max);
  for (std::size_t row = 0; row < size; ++row) {
    recipient one;
    one.email = address_of(first + row);
    one.fields.push_back({name, fmt::format("Recipient {} of {}", row, audiences_)});
    if (!chance_.per_mille(bad_rows))
      one.fields.push_back({scheme, "https"});
    if (!(*writer)->add(one))
      return std::nullopt;
  }
  const auto made = (*writer)->commit({});
  return made ? std::optional(made->id) : std::nullopt;
}

command scenario::make_command() {
  static constexpr std::array kinds{
      command_kind::start,   command_kind::start,           command_kind::start,
      command_kind::approve, command_kind::approve,         command_kind::pause,
      command_kind::pause,   command_kind::pause,           command_kind::pause,
      command_kind::resume,  command_kind::resume,          command_kind::resume,
      command_kind::release, command_kind::resend_doubt,    command_kind::give_up_doubt,
      command_kind::edit,    command_kind::accept_refusals, command_kind::retry_refusals};
  static constexpr std::array rare{command_kind::reject, command_kind::cancel, command_kind::discard};
  command made;
  made.kind = chance_.below(25) == 0 ? rare[chance_.below(rare.size())] : kinds[chance_.below(kinds.size())];
  made.by = chance_.below(2) == 0 ? "olga" : "ivan";
  made.reason = "words";
  made.may_approve = chance_.below(4) != 0;
  return made;
}

std::string scenario::some_address() {
  return address_of(chance_.below(2 * recipients_max));
}

milliseconds scenario::some_span() {
  switch (chance_.below(12)) {
  case 0:
    return milliseconds{chance_.between(1, 3'600'000)};
  case 1:
  case 2:
  case 3:
    return milliseconds{chance_.between(1, 60'000)};
  default:
    return milliseconds{chance_.between(1, 200)};
  }
}

} // namespace sluice::simulation
