#pragma once
// A command and whoever waits for its answer.

#include "actors/core/decide.hpp"
#include "actors/interfaces.hpp"

#include <caf/typed_response_promise.hpp>

namespace sluice {

/// It is always answered: one that goes down with its campaign's actor tells so, since CAF answers for a dead
/// actor only what is still in the mailbox.
class waiting_command {
public:
  waiting_command(command what, start_check check, caf::typed_response_promise<command_answer> promise);
  ~waiting_command();
  waiting_command(waiting_command&&) noexcept = default;
  waiting_command& operator=(waiting_command&& other) noexcept;
  waiting_command(const waiting_command&) = delete;
  waiting_command& operator=(const waiting_command&) = delete;

  void answer(const command_answer& done);
  void refuse(const error& why);

  command asked;
  start_check checked;
  bool is_key_new = false; ///< its idempotency key was looked for, and not found

private:
  caf::typed_response_promise<command_answer> promise_;
};

} // namespace sluice
