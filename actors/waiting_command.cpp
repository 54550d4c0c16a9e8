#include "actors/waiting_command.hpp"

#include <utility>

namespace sluice {

waiting_command::waiting_command(command what,
                                 start_check check,
                                 caf::typed_response_promise<command_answer> promise) :
    asked(std::move(what)), checked(std::move(check)), promise_(std::move(promise)) {}

waiting_command::~waiting_command() {
  if (promise_.pending())
    refuse(make_error(error_code::unavailable, notice{"answer_lost"}));
}

// Swaps, so that what was here before is answered with the other's end.
waiting_command& waiting_command::operator=(waiting_command&& other) noexcept {
  std::swap(asked, other.asked);
  std::swap(checked, other.checked);
  std::swap(is_key_new, other.is_key_new);
  std::swap(promise_, other.promise_);
  return *this;
}

void waiting_command::answer(const command_answer& done) {
  promise_.deliver(done);
}

void waiting_command::refuse(const error& why) {
  promise_.deliver(to_caf(why));
}

} // namespace sluice
