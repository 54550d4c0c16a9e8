#pragma once
// The sending server as the engine sees it. A relay has threads and connections of its own, shared fairly
// by all campaigns; each campaign speaks to it through a queue.
//
// The way of a letter through a queue:
//   offer → (a connection takes it) → report.wanted → grant → end of data → report.results
// Nothing is sent up to its end of data before it was granted, because only then its claim is durable.

#include "actors/core/relay_names.hpp"
#include "actors/core/relay_wait.hpp"
#include "actors/core/result_group.hpp"
#include "actors/letters/batch.hpp"
#include "actors/send_lease.hpp"
#include "messages/campaign.hpp"
#include "messages/error.hpp"
#include "messages/letter_ranges.hpp"
#include "messages/time.hpp"
#include "messages/view.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

/// By what one of several relays is chosen.
struct letter_route {
  std::string sender;   ///< the envelope's
  std::string campaign; ///< its name
  std::string relay;    ///< the name of the one that it is to leave through; empty: any that serves it
};

/// That of a campaign's letters.
letter_route route_of(const campaign_spec& campaign);

/// Letters on the connections of a relay that has a name.
struct wanted_letters {
  std::string relay;
  letter_ranges letters;
};

/// What a queue tells its campaign, many letters at a time.
struct relay_report {
  letter_ranges wanted;              ///< on a connection, waiting for their grant
  std::vector<wanted_letters> named; ///< those of them that are to be claimed for a relay with a name
  std::vector<result_group> results; ///< of letters that were granted
  letter_ranges handed_back;         ///< offered and never granted: denied, or the queue was withdrawn
  /// Offered and never granted: their domain has its fill of letters at the relay, for its limit.
  std::vector<throttled_letters> throttled;
  bool has_condition = false; ///< whether `failing` and `trouble` say something new
  bool failing = false;       ///< the relay cannot be reached, logged in to, or closes on us
  notice trouble;             ///< why, with the server's reply where there is one
  /// The server takes nothing from this campaign's sender. Letters that heard it are in `results`, pending.
  std::optional<reply> sender_refused;
  bool withdraw_complete = false; ///< after withdraw: nothing of this queue is left at the relay

  bool empty() const {
    return wanted.empty() && results.empty() && handed_back.empty() && throttled.empty() && !has_condition &&
           !sender_refused && !withdraw_complete;
  }
};

/// Letters of a batch that stand one after the other.
struct batch_part {
  batch_ptr from;
  std::size_t begin = 0; ///< in `from->letters`
  std::size_t end = 0;

  batch_part() = default;
  batch_part(batch_ptr all, std::size_t first, std::size_t behind) :
      from(std::move(all)), begin(first), end(behind) {}
  /// All of them.
  batch_part(batch_ptr all) :
      from(std::move(all)), end(from ? from->letters.size() : 0) {} // NOLINT(google-explicit-constructor)
  std::size_t size() const { return end - begin; }
};

/// One campaign's place at the relay. All functions may be called from any thread and return at once.
/// Dropping it withdraws it, without any further report.
class campaign_queue {
public:
  virtual ~campaign_queue() = default;
  /// Queues letters behind those offered before. No letter is offered twice unless it came back between.
  virtual void offer(batch_part letters) = 0;
  /// These wanted letters may be sent now.
  virtual void grant(letter_ranges letters) = 0;
  /// These wanted letters may not; they come back in `handed_back`.
  virtual void deny(letter_ranges letters) = 0;
  /// From the moment this returns no end of data is begun for this queue, granted or not. Letters whose end
  /// of data was sent get their results; granted ones come back as results `pending`, others in
  /// `handed_back`; then a report with `withdraw_complete` ends it, and the queue takes nothing more. Letters that
  /// were wanted and have no answer yet still await their grant or denial, since the claim may be on its way.
  virtual void withdraw() = 0;
};

class relay {
public:
  virtual ~relay() = default;

  /// Called on a thread of the relay's own, never from inside a call to the queue, one report at a time.
  using report_sink = std::function<void(relay_report)>;

  /// Makes a queue. Every letter offered is reported exactly once in results, handed_back or throttled.
  virtual std::shared_ptr<campaign_queue>
  open(campaign_id campaign, const letter_route& route, report_sink sink) = 0;

  /// From now on no end of data is begun while that says no. Before the first queue is opened.
  virtual void limit_to(std::shared_ptr<const send_lease> lease) { lease_ = std::move(lease); }

  /// The names of the relays that it is made of; one that is made of itself alone has no name.
  virtual relay_names names() const { return one_relay(); }
  /// These relays, each with its name.
  virtual std::vector<std::pair<std::string, relay*>> members() { return {{std::string{}, this}}; }

  /// Whether a letter could leave by that route: `invalid_input` where nothing serves it, with what there is.
  virtual result<void> check_route(const letter_route&) const { return {}; }

  /// How many letters may be between their end of data and the reply at once: the bound on letters that may
  /// have arrived although a crash leaves them in doubt.
  virtual std::size_t connections_max() const = 0;

  /// How many letters may be wanted and not yet settled at once, so the bound on claims without an outcome.
  /// Where a letter's commands travel behind the end of data of the one before it, two for each connection.
  virtual std::size_t letters_in_flight_max() const { return connections_max(); }

  /// What letters to this recipient domain wait for now; nothing from relays that do not say. Any thread but
  /// the relay's own; waits a moment for it.
  virtual std::optional<relay_wait> waits_for(std::string_view) { return std::nullopt; }

  /// The pace that the server was found to bear, while that is less than the settings allow. Any thread.
  virtual std::optional<relay_pace> found_pace() const { return std::nullopt; }

  /// Of several those that serve the route and fail, while others take over what they cannot. Any thread.
  virtual std::vector<relay_view> failing_on(const letter_route&) const { return {}; }

  /// The relays that it is made of, without their URLs. Any thread.
  virtual std::vector<relay_view> states() const {
    relay_view whole;
    whole.connections_max = connections_max();
    whole.pace = found_pace();
    return {whole};
  }
  /// Which server it is and as whom it is spoken to, without a password; empty: it finds nothing worth keeping.
  virtual std::string identity() const { return {}; }
  /// What was found of that server that a restart should not find anew, in a form of the relay's own; empty: nothing.
  /// Any thread, and cheap.
  virtual std::string findings() const { return {}; }
  /// Goes on from the `findings` of a relay to the same server, before the first queue is opened. An error where they
  /// cannot be read: then it is as if there were none.
  virtual result<void> recall(std::string_view) { return {}; }
  /// How often it was tried in vain while it takes nothing, as of `now`; nothing from relays that do not say. Any
  /// thread.
  virtual std::optional<relay_tries> tries([[maybe_unused]] timestamp now) const { return std::nullopt; }

  /// Finishes letters whose end of data was sent and closes connections properly. Queues report what became
  /// of their letters before it returns; afterwards a withdraw is still answered by `withdraw_complete`, and what is
  /// offered comes back. Its threads end with the relay.
  virtual void stop() = 0;

protected:
  /// None: it may always send.
  const std::shared_ptr<const send_lease>& lease() const { return lease_; }

private:
  std::shared_ptr<const send_lease> lease_;
};

} // namespace sluice
