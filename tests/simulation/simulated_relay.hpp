#pragma once
// A relay in the simulation's hand, with the receiver behind it. Each step moves one letter or report by one
// stage, in any order: a connection takes a letter, the end of data is sent, a reply arrives or never does,
// a connection is cut, a queue hears of it late. The receiver notes what it truly got.

#include "actors/relay.hpp"
#include "tests/simulation/dice.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sluice::simulation {

/// How the relay behaves, in times of a thousand.
struct relay_mood {
  unsigned refuses = 0;
  unsigned refuses_as_spam = 0;
  unsigned defers = 0;
  unsigned cuts_before_end = 0; ///< the letter goes back
  unsigned cuts_after_end = 0;  ///< the letter is in doubt; half of them were delivered
  unsigned stalls = 0;          ///< a step in which nothing moves
  unsigned throttles = 0;       ///< the letter goes back for its domain's limit
  bool is_away = false;
  unsigned refuses_sender = 0;    ///< MAIL: the letter goes back, and its campaign hears why
  bool refuses_everybody = false; ///< by words that name no mailbox
};

/// A letter whose end of data is being sent.
struct transmission {
  campaign_id campaign;
  std::string relay;
  std::string server; ///< that the relay is
  letter_index index = 0;
  std::string recipient;
  std::string_view message;
};

class simulated_relay final : public relay {
public:
  using watcher = std::function<void(const transmission&)>;

  struct watchers {
    watcher on_end_of_data;
    watcher on_delivery;
    std::function<void(campaign_id)>
        on_throttle; ///< a letter of this campaign goes back for its domain's limit
  };

  simulated_relay(
      dice& chance, std::size_t connections, watchers told, std::string name = {}, std::string server = {});
  ~simulated_relay() override;

  relay_mood mood;
  bool is_slow = false; ///< letters that are granted wait for the server's word to go on

  /// One stage of one letter, or one report. False: nothing was there to be done.
  bool step();

  std::shared_ptr<campaign_queue>
  open(campaign_id campaign, const letter_route& route, report_sink sink) override;
  std::size_t connections_max() const override { return connections_; }
  void stop() override;

private:
  class queue;
  enum class fate : std::uint8_t { accepted, refused, spam, deferred, cut_and_delivered, cut_and_lost };

  bool step(queue& of);
  bool take_letter(queue& of);
  bool send_letter(queue& of);
  bool answer_letter(queue& of);
  bool report(const std::shared_ptr<queue>& of);
  void report_condition(queue& of) const;
  fate throw_fate();
  std::size_t busy_connections() const;

  dice& chance_;
  std::size_t connections_;
  watchers told_;
  std::string name_;
  std::string server_;
  std::vector<std::weak_ptr<queue>> queues_;
};

} // namespace sluice::simulation
