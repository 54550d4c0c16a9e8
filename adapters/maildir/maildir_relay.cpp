#include "adapters/maildir/maildir_relay.hpp"

#include "adapters/maildir/maildir_writer.hpp"

namespace sluice {

namespace {

/// Letters synced together; also the bound on letters in doubt after a crash.
constexpr std::size_t letters_in_hand_max = 256;

} // namespace

result<std::unique_ptr<relay>> make_maildir_relay(const std::filesystem::path& folder,
                                                  const relay_settings& settings,
                                                  maildir_surroundings surroundings) {
  auto writer = std::make_shared<maildir_writer>(folder, std::move(surroundings.now));
  if (auto opened = writer->open(); !opened)
    return std::unexpected(opened.error());
  return make_batch_relay({.letters_in_hand_max = letters_in_hand_max,
                           .letters_per_second_max = settings.letters_per_second_max,
                           .letters_per_second_per_domain_max = settings.letters_per_second_per_domain_max,
                           .limits = settings.limits,
                           .delay = {settings.reconnect_delay_first, settings.reconnect_delay_max,
                                     std::move(surroundings.jitter)}},
                          [writer](std::span<delivery> letters) { return writer->deliver(letters); });
}

} // namespace sluice
