#pragma once
// maildir:PATH — the embedded default: one file a letter.
//
// A letter is written to PATH/tmp, synced, and renamed into PATH/new; PATH, tmp, new and cur are made where
// they are missing. The file is the message as it would have gone over the wire (CRLF line ends), behind the
// two trace lines that final delivery adds (RFC 5321 section 4.4): Return-Path and Delivered-To.
//
// Accepted means synced. Letters are written many at a time and synced together: one syncfs() for all files
// of a batch, then their renames, then one fsync() of the folder. An fsync() of each file would wait for the
// disk once a letter.

#include "actors/relay_factory.hpp"

#include <filesystem>
#include <functional>
#include <memory>

namespace sluice {

/// What the relay asks the outside for.
struct maildir_surroundings {
  clock_source now = system_now;
  std::function<double()> jitter; ///< in [0, 1)
};

/// `storage_failed` when the folders cannot be made.
result<std::unique_ptr<relay>> make_maildir_relay(const std::filesystem::path& folder,
                                                  const relay_settings& settings,
                                                  maildir_surroundings surroundings);

} // namespace sluice
