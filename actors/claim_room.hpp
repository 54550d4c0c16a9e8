#pragma once
// How many letters may be claimed and not yet settled in the logs of all campaigns together: a relay's letters in hand.
// The relay takes the next letter as soon as it has told of the last one; another campaign's claim could be in the log
// before that outcome is. A crash at that moment would leave more in doubt than was promised (README.md).

#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

namespace sluice {

/// Any thread. Outlives its shares.
class claim_room {
public:
  explicit claim_room(std::size_t most) : letters_max_(most) {}
  void set_letters_max(std::size_t most) {
    const std::lock_guard guard(mutex_);
    letters_max_ = most;
  }

  /// Closed, it has room for nobody: a node that may not send claims nothing.
  void set_open(bool is_open);

  /// One campaign's part in it.
  class share {
  public:
    /// `on_room` is called once after a take that gave less than was wanted, as soon as another take may give some: on
    /// any thread, perhaps a moment after the share's end.
    share(claim_room& of, std::function<void()> on_room) : of_(of), on_room_(std::move(on_room)) {}
    ~share();
    share(const share&) = delete;
    share& operator=(const share&) = delete;

    /// Before the append: how many of `wanted` letters it may claim; none where there is room for very few of them. With
    /// it in the log `in_flight` letters and these are claimed and not settled; what it settles is given to nobody yet.
    std::size_t take(std::size_t wanted, std::size_t in_flight);
    /// The append has its place in the journal, or there is none: so many are claimed and not settled behind it.
    void set(std::size_t in_flight);

  private:
    friend class claim_room;
    claim_room& of_;
    std::function<void()> on_room_;
    std::size_t letters_ = 0;
    bool is_waiting_ = false;
  };

private:
  /// A claim costs its campaign an append: one for a part of what it wants waits until it is worth that. Connections
  /// have others meanwhile: twice as many letters are in hand as there are connections, or more.
  std::size_t worth_claiming() const;
  using calls = std::vector<std::function<void()>>;
  /// With the mutex held. Gives whom to call without it.
  [[nodiscard]] calls give_back(share& whose, std::size_t letters);
  [[nodiscard]] calls wake();

  std::mutex mutex_;
  bool is_open_ = true;
  std::size_t letters_max_;
  std::size_t letters_ = 0;
  std::vector<share*> waiting_;
};

} // namespace sluice
