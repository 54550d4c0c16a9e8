#pragma once
// The memory of letters made ready and not yet gone (`memory.letters`), for the whole engine, shared fairly by the
// campaigns that send: each may have an equal share of it, and one letter whatever its share is, so that everybody
// gets on.
//
// What all letters of a campaign have in common is there once a campaign. Of that, the files that they carry count (up to
// 34 MiB as they leave): half of the memory is for them, and what they take is left out of what is shared for letters. A
// campaign whose files find no room waits in line for its turn, and no letter of it is made meanwhile; where no other
// campaign has files there it goes on, whatever they take.

#include "actors/letters/batch.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace sluice {

/// Any thread.
class letter_budget {
public:
  explicit letter_budget(std::size_t bytes_max = std::size_t{64} << 20U) : bytes_max_(bytes_max) {}

  std::size_t bytes_max() const { return bytes_max_; }
  void set_bytes_max(std::size_t bytes) { bytes_max_ = bytes; }
  /// In use now, the files among it.
  std::size_t bytes() const { return bytes_ + shared_bytes_; }
  /// Of it: the files that all letters of a campaign carry.
  std::size_t shared_bytes() const { return shared_bytes_; }
  /// How many make letters now.
  std::size_t campaigns() const { return accounts_; }
  /// How many wait for room for their files.
  std::size_t campaigns_waiting() const { return waiting_; }

  /// One campaign's part in it, for as long as it makes letters. The budget outlives it.
  class account {
  public:
    account(letter_budget& of, std::function<void()> on_turn) : of_(of), on_turn_(std::move(on_turn)) {
      ++of_.accounts_;
    }
    ~account();
    account(const account&) = delete;
    account& operator=(const account&) = delete;

    /// How many bytes of letters may be made ready now; 0: what there is should go first.
    std::size_t room() const;
    /// How many letters this campaign may have ready at once, `wanted` at most: where many campaigns send, a connection
    /// comes to each more seldom.
    std::size_t letters_ahead(std::size_t wanted) const;

    /// Room for the files that all its letters carry, for as long as anybody has the account. False: it waits in line,
    /// and has the room when `on_turn` is called, on any thread, perhaps a moment after the account's end.
    bool take_shared(std::size_t bytes);
    bool is_waiting() const { return is_waiting_; }

  private:
    friend class letter_budget;
    letter_budget& of_;
    const std::function<void()> on_turn_;
    std::atomic<std::size_t> bytes_ = 0;
    std::atomic<bool> is_waiting_ = false;
    std::size_t shared_bytes_ = 0;  ///< guarded by the budget's mutex, as what follows
    std::size_t shared_wanted_ = 0; ///< while it waits
  };

  /// `on_turn`: see account::take_shared.
  std::shared_ptr<account> open(std::function<void()> on_turn = [] {}) {
    return std::make_shared<account>(*this, std::move(on_turn));
  }

  /// Counts the batch, in `whose` account too, until nobody has it any more.
  static batch_ptr count(std::shared_ptr<account> whose, std::shared_ptr<const batch> letters);

private:
  std::size_t shared_bytes_max() const { return bytes_max_ / 2; }
  /// How many share the memory: whoever waits has no letters.
  std::size_t sharing() const;
  /// An equal part of what the files leave.
  std::size_t share() const;
  bool has_room_for(std::size_t shared) const;
  void give_shared(account& to, std::size_t bytes);
  /// With the mutex held: those whose turn it is. Gives whom to call without it.
  [[nodiscard]] std::vector<std::function<void()>> let_in();

  std::atomic<std::size_t> bytes_max_;
  std::atomic<std::size_t> bytes_ = 0;
  std::atomic<std::size_t> accounts_ = 0;
  std::atomic<std::size_t> shared_bytes_ = 0; ///< changed with the mutex held
  std::atomic<std::size_t> waiting_ = 0;      ///< of the accounts
  std::mutex mutex_;
  std::list<account*> line_;
};

} // namespace sluice
