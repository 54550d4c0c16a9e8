#pragma once
// What an actor asks of the store's threads: the work is done there, and what is to follow is done here, in a handler
// of the actor, which has gone on meanwhile.

#include "actors/store_pool.hpp"

#include <caf/actor_cast.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/send.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

namespace sluice {

/// From the store's threads, for pool_requests::on_answer.
struct pool_answer {
  std::uint64_t number = 0;
  std::shared_ptr<void> made; ///< a result<T>
};

/// Part of an actor's state, and used in its handlers only. What is to follow stays with the actor and ends with it:
/// its promises are answered nowhere else.
class pool_requests {
public:
  /// Has `work` done (it answers a `result<T>`), then calls `follow` with that. `me` takes pool_answer.
  template <class Handle, class Work, class Follow>
  void ask(store_pool& pool, job_kind kind, Handle me, Work work, Follow follow) {
    using answer = std::invoke_result_t<Work&>;
    const auto number = ++last_;
    waiting_.emplace(number, [follow = std::move(follow)](void* made) mutable {
      follow(std::move(*static_cast<answer*>(made)));
    });
    pool.run(kind, std::move(work), [me = std::move(me), number](answer made) {
      caf::anon_send(me, pool_answer{number, std::make_shared<answer>(std::move(made))});
    });
  }

  void on_answer(const pool_answer& arrived) {
    const auto one = waiting_.extract(arrived.number);
    if (!one.empty())
      one.mapped()(arrived.made.get());
  }

  bool is_waiting() const { return !waiting_.empty(); }

private:
  std::map<std::uint64_t, std::move_only_function<void(void*)>> waiting_;
  std::uint64_t last_ = 0;
};

} // namespace sluice

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(sluice::pool_answer)
