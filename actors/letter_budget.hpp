#pragma once
// The memory of letters made ready and not yet gone (`memory.letters`), for the whole engine, shared fairly by the
// campaigns that send: each may have an equal share of it, and one letter whatever its share is, so that everybody
// gets on. What all letters of a campaign have in common is not counted: it is there once a campaign.

#include "actors/letters/batch.hpp"

#include <atomic>
#include <cstddef>
#include <memory>

namespace sluice {

/// Any thread.
class letter_budget {
public:
  explicit letter_budget(std::size_t bytes_max = std::size_t{64} << 20U) : bytes_max_(bytes_max) {}

  std::size_t bytes_max() const { return bytes_max_; }
  void set_bytes_max(std::size_t bytes) { bytes_max_ = bytes; }
  /// In use now.
  std::size_t bytes() const { return bytes_; }
  /// How many make letters now.
  std::size_t campaigns() const { return accounts_; }

  /// One campaign's part in it, for as long as it makes letters. The budget outlives it.
  class account {
  public:
    explicit account(letter_budget& of) : of_(of) { ++of_.accounts_; }
    ~account() { --of_.accounts_; }
    account(const account&) = delete;
    account& operator=(const account&) = delete;

    /// How many bytes of letters may be made ready now; 0: what there is should go first.
    std::size_t room() const;
    /// How many letters this campaign may have ready at once, `wanted` at most: where many campaigns send, a connection
    /// comes to each more seldom.
    std::size_t letters_ahead(std::size_t wanted) const;

  private:
    friend class letter_budget;
    letter_budget& of_;
    std::atomic<std::size_t> bytes_ = 0;
  };

  std::shared_ptr<account> open() { return std::make_shared<account>(*this); }

  /// Counts the batch, in `whose` account too, until nobody has it any more.
  static batch_ptr count(std::shared_ptr<account> whose, std::shared_ptr<const batch> letters);

private:
  std::atomic<std::size_t> bytes_max_;
  std::atomic<std::size_t> bytes_ = 0;
  std::atomic<std::size_t> accounts_ = 0;
};

} // namespace sluice
