#pragma once
// A letter that its relay has taken and not yet settled: where it is, and what its campaign said about it.

#include "actors/letters/batch.hpp"
#include "actors/moment.hpp"
#include "messages/outcome.hpp"

#include <cstdint>
#include <memory>

namespace sluice {

struct queue_record;
struct letter_slot;

/// A reply that many letters may share.
using reply_ptr = std::shared_ptr<const reply>;

/// Who has a letter in hand: a connection.
class letter_holder {
public:
  /// The letter was granted or denied, or its queue was withdrawn. Only notes it: called amid changes.
  virtual void on_answer(letter_slot& letter) = 0;

protected:
  ~letter_holder() = default;
};

struct letter_slot {
  enum class answer : std::uint8_t { awaited, granted, denied };
  enum class place : std::uint8_t {
    nowhere,  ///< the slot is free
    ahead,    ///< chosen, and no holder has taken it yet
    in_hand,  ///< with its holder
    requeued, ///< a connection failed under it; waits for another
    suspect,  ///< likewise, and it may be the reason
    settled,  ///< its outcome is known, its grant is not
  };

  queue_record* queue = nullptr;
  batch_ptr from;
  const letter* one = nullptr;
  letter_holder* holder = nullptr;
  answer said = answer::awaited;
  moment said_at = moment::min();
  place where = place::nowhere;
  bool has_left = false;     ///< a holder has taken it
  bool is_suspect = false;   ///< a connection may have ended because of it
  std::uint8_t attempts = 0; ///< connections that failed under it
  letter_state outcome = letter_state::pending;
  reply_ptr words;

  std::string_view recipient() const { return from->recipient_of(*one); }
  std::string_view sender() const { return from->sender_of(*one); }
};

} // namespace sluice
