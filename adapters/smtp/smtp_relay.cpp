#include "adapters/smtp/smtp_relay.hpp"

#include "actors/letters/date_field.hpp"

#include "adapters/delivery/pace_notes.hpp"
#include "adapters/delivery/retry_delay.hpp"
#include "adapters/delivery/thread_faults.hpp"
#include "adapters/smtp/smtp_connection.hpp"
#include "adapters/smtp/starttls_note.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <thread>
#include <unistd.h>

namespace sluice {

namespace {

/// Handlers run in one turn, before reports are sent: under load a report carries several letters, and no
/// letter's report waits for more than these.
constexpr int handlers_a_turn_max = 32;

/// Between a login that was refused for good and the next one, in reconnect_delay_max: fail2ban's usual rule bans for
/// five in ten minutes.
constexpr int logins_apart = 3;

/// How long an asker from another thread waits for an answer of this one, which never blocks for long.
constexpr auto answer_wait_max = std::chrono::seconds(1);

/// The machine's name where it is one of the DNS; else empty.
std::string machine_name() {
  std::array<char, 256> text{};
  if (::gethostname(text.data(), text.size() - 1) != 0)
    return {};
  std::string name{text.data()};
  const auto is_plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
  return is_plain && name.find('.') != std::string::npos ? name : std::string{};
}

/// Where a letter's commands travel behind the end of data of the one before it, a connection has two; elsewhere the
/// second is claimed ahead while the first one's reply is awaited.
std::size_t letters_in_hand(const relay_settings& settings) {
  return std::max(settings.in_hand, 2 * settings.connections_max);
}

/// An account that takes nothing is tried at most so much less often than a server that is away.
constexpr int account_delays = 15;

class smtp_relay final : public relay, public smtp_host {
public:
  smtp_relay(smtp_profile profile, reply_policy replies, smtp_surroundings surroundings) :
      profile_(std::move(profile)), surroundings_(std::move(surroundings)),
      scheduler_({letters_in_hand(profile_.settings), profile_.settings.letters_per_second_max,
                  profile_.settings.letters_per_second_per_domain_max, profile_.settings.limits}),
      delay_(profile_.settings.reconnect_delay_first,
             profile_.settings.reconnect_delay_max,
             surroundings_.jitter),
      governor_(std::move(replies),
                profile_.settings.connections_max,
                profile_.settings.reconnect_delay_max,
                {profile_.settings.reconnect_delay_first,
                 account_delays * profile_.settings.reconnect_delay_max, surroundings_.jitter}),
      inbox_(std::make_shared<delivery_inbox>(
          [this] { boost::asio::post(*io_, [this] { has_requests_ = true; }); })),
      thread_([this] { run(); }) {}

  ~smtp_relay() override {
    stop();
    inbox_->close();
    boost::asio::post(*io_, [this] { is_ending_ = true; });
    thread_.join();
  }

  std::shared_ptr<campaign_queue> open(campaign_id, const letter_route&, report_sink sink) override {
    return open_queue(inbox_, std::move(sink), lease());
  }

  std::size_t connections_max() const override { return profile_.settings.connections_max; }
  std::size_t letters_in_flight_max() const override { return letters_in_hand(profile_.settings); }

  std::optional<relay_pace> found_pace() const override {
    const std::lock_guard guard(shown_mutex_);
    return pace_;
  }

  std::string identity() const override {
    const auto& server = profile_.server;
    return (server.user.empty() ? "smtp://" : "smtp://" + server.user + "@") + profile_.name();
  }

  std::string findings() const override {
    const std::lock_guard guard(shown_mutex_);
    return findings_;
  }

  result<void> recall(std::string_view findings) override {
    auto before = decode_pace_notes(findings, now(), surroundings_.wall_clock());
    if (!before)
      return std::unexpected(before.error());
    // Who says tls=never has settled that there is none, and nothing is held against a later tls=offered.
    const auto has_tls = profile_.server.tls != tls_use::never && has_starttls(findings);
    if (has_tls) {
      const std::lock_guard guard(shown_mutex_);
      findings_ = findings;
    }
    boost::asio::post(*io_, [this, has_tls, before = std::move(*before)] {
      if (has_tls)
        on_tls_spoken();
      governor_.recall(before, now());
    });
    return {};
  }

  std::optional<relay_tries> tries(timestamp now_there) const override {
    const std::lock_guard guard(shown_mutex_);
    if (!tries_)
      return std::nullopt;
    const auto at = now();
    const auto there = [&](moment when) {
      return now_there + std::chrono::duration_cast<milliseconds>(when - at);
    };
    return relay_tries{tries_->count, there(tries_->since),
                       tries_->next_at > at ? std::optional(there(tries_->next_at)) : std::nullopt};
  }

  std::optional<relay_wait> waits_for(std::string_view domain) override {
    // The answer outlives an asker that has lost patience.
    const auto found = std::make_shared<std::promise<relay_wait>>();
    auto told = found->get_future();
    boost::asio::post(*io_, [this, found, domain = std::string{domain}] {
      const auto of_domain = scheduler_.limit_of(domain);
      const auto is_rate_limited = ready_ > 0 && scheduler_.waits_for_total();
      found->set_value({.domain_letters = scheduler_.waiting_for_domain(domain),
                        .domain_limit = to_string({{}, of_domain.letters, of_domain.period}),
                        .is_rate_limited = is_rate_limited,
                        .limit = is_rate_limited ? to_string(scheduler_.total_limit()) : std::string{}});
    });
    if (told.wait_for(answer_wait_max) != std::future_status::ready)
      return std::nullopt;
    return told.get();
  }

  void stop() override {
    std::call_once(stop_once_, [this] {
      boost::asio::post(*io_, [this] { begin_to_stop(); });
      stopped_.get_future().wait();
    });
  }

private:
  // -- of smtp_host -----------------------------------------------------------------------------------

  boost::asio::io_context& io() override { return *io_; }
  const smtp_profile& profile() const override { return profile_; }
  delivery_scheduler& scheduler() override { return scheduler_; }
  reply_words& words() override { return words_; }
  server_addresses& addresses() override { return addresses_; }
  moment now() const override { return std::chrono::steady_clock::now(); }
  std::string_view date_field() override { return dates_.of(surroundings_.wall_clock()); }
  pipelining_use pipelining() const override { return pipelining_; }

  bool on_out_of_step(pipelining_use used, const smtp_reply_view& reply) override {
    if (used == pipelining_use::off)
      return false;
    // Those of before may still find out what is known by now.
    if (used <= pipelining_) {
      pipelining_ = used == pipelining_use::full ? pipelining_use::commands : pipelining_use::off;
      spdlog::warn(
          "{}: it is out of step ({}), so from now on pipelining={}; where that is always so, say it in the "
          "relay's URL",
          profile_.name(), to_words(reply), name_of(pipelining_));
    }
    return true;
  }

  bool has_spoken_tls() const override { return has_spoken_tls_; }

  void on_tls_spoken() override {
    if (!std::exchange(has_spoken_tls_, true))
      tls_is_noted_ = false;
  }

  bool may_chunk() const override { return may_chunk_; }

  void on_no_chunking(const smtp_reply_view& reply) override {
    if (std::exchange(may_chunk_, false))
      spdlog::warn("{}: it offers CHUNKING and does not take BDAT ({}), so from now on chunking=off",
                   profile_.name(), to_words(reply));
  }

  void look_up(std::function<void(result<endpoints>)> done) override {
    begin_look_up(io_, surroundings_.look_up, profile_.server.host, profile_.server.port, std::move(done));
  }

  disposition judge(letter_slot& letter, const reply_ptr& said, smtp_step step) override {
    const auto found = governor_.judge(letter, *said, step, now(), connections_.size(), working());
    if (governor_.is_account_refusing()) {
      record_try(governor_.open_from());
      scheduler_.close_until(governor_.open_from());
      scheduler_.set_condition(true, governor_.account_trouble());
      scheduler_.give_up_waiting(said);
    }
    return found;
  }

  bool is_too_many(const reply& said, smtp_step step) override {
    return governor_.is_too_many(said, step, now(), connections_.size(), working());
  }

  void on_accepted(const letter_slot& letter) override {
    const auto was_refusing = governor_.is_account_refusing();
    governor_.on_accepted(letter, now());
    if (!was_refusing)
      return;
    scheduler_.close_until(moment::min());
    scheduler_.set_condition(false, {});
    forget_tries();
  }

  void on_cut(letter_slot& letter, const reply_ptr& words) override {
    if (!governor_.is_deadly(letter, scheduler_.is_alone(letter, now()))) {
      scheduler_.suspect(letter, words);
      return;
    }
    scheduler_.settle(letter, letter_state::deferred, words);
    if (!governor_.is_account_refusing()) {
      scheduler_.set_condition(false, {});
      forget_tries();
    }
  }

  /// One that is too many is told so once, and counts no more. Of those that are only being opened, which the server may
  /// refuse, each is asked when it is ready: what works does not make room for what may not.
  bool may_stay(smtp_connection& connection) override {
    if (!connection.is_leaving && ready_ - leaving_ > governor_.connections_max()) {
      connection.is_leaving = true;
      ++leaving_;
    }
    return !connection.is_leaving;
  }

  void run_aside(aside_work work, std::function<void(result<std::string>)> done) override {
    sluice::run_aside(io_, std::move(work), std::move(done));
  }

  void wake_later(smtp_connection& connection) override {
    if (std::exchange(connection.is_to_wake, true))
      return;
    to_wake_.push_back(connection.shared_from_this());
  }

  /// One timer serves all deadlines. They move on with each reply; the timer is only touched when one is
  /// sooner than what it is set to, and looks for the next one when it fires.
  void wake_by(moment deadline) override {
    if (deadline >= timer_at_)
      return;
    timer_at_ = deadline;
    timer_.expires_at(deadline);
    timer_.async_wait([this](boost::system::error_code why) {
      if (!why)
        timer_fired();
    });
  }

  /// Another may try: this one may wait for minutes, and has not come as far as a login.
  void on_no_greeting_yet(smtp_connection& connection, const notice& why) override {
    connection.is_overdue = true;
    if (ready_ == 0)
      scheduler_.set_condition(true, why);
  }

  void on_ready(smtp_connection& connection) override {
    connection.is_overdue = false;
    --connecting_;
    ++ready_;
  }

  void on_idle(smtp_connection& connection) override {
    if (std::exchange(connection.is_idle, true))
      return;
    idle_.push_back(&connection);
  }

  void on_proven(smtp_connection&) override {
    delay_.reset();
    failures_in_a_row_ = 0;
    reopen_at_ = moment::min();
    if (!governor_.is_account_refusing()) {
      scheduler_.set_condition(false, {});
      forget_tries();
    }
  }

  void on_ended(smtp_connection& connection, const smtp_ending& ending) override {
    std::erase(idle_, &connection);
    std::erase_if(connections_, [&](const auto& one) { return one.get() == &connection; });
    connection.was_ready() ? --ready_ : --connecting_;
    leaving_ -= connection.is_leaving ? 1U : 0U;
    if (!ending.has_failed || (ending.is_slowed && ready_ > 0))
      return;
    if (ending.is_letters && !governor_.is_relay_dying()) {
      // Others need not wait for it; but where it is alone, people want to know.
      if (ready_ == 0 && !connection.is_proven() && governor_.has_suspects())
        scheduler_.set_condition(true, ending.why);
      return;
    }
    // Those that fail together are one failure.
    if (now() >= reopen_at_)
      reopen_at_ = now() + delay_.next();
    if (ending.is_login_refused)
      reopen_at_ = std::max(reopen_at_, now() + logins_apart * profile_.settings.reconnect_delay_max);
    ++failures_in_a_row_;
    // Of those that are open and have not had a reply yet each may still work; but not for ever, where one
    // opens as another fails.
    const auto may_work = ready_ > 0 && failures_in_a_row_ < profile_.settings.connections_max;
    const auto works = connection.is_proven() ||
                       std::ranges::any_of(connections_, [](const auto& one) { return one->is_proven(); });
    if (works || may_work)
      return;
    record_try(reopen_at_);
    scheduler_.set_condition(true, ending.why);
    scheduler_.give_up_waiting(std::make_shared<const reply>(reply_of(ending.why)));
  }

  /// Tries that end together have the same next one, and are one.
  void record_try(moment next_at) {
    const std::lock_guard guard(shown_mutex_);
    if (!tries_)
      tries_ = {.count = 0, .since = now(), .next_at = moment::min()};
    tries_->count += tries_->next_at != next_at ? 1U : 0U;
    tries_->next_at = next_at;
  }

  void forget_tries() {
    const std::lock_guard guard(shown_mutex_);
    tries_.reset();
  }

  std::size_t working() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(connections_, [](const auto& one) { return one->is_proven(); }));
  }

  // -- the thread -------------------------------------------------------------------------------------

  void run() {
    const auto guard = boost::asio::make_work_guard(*io_);
    while (!is_ending_)
      try {
        io_->run_one();
        for (auto ran = 1; ran < handlers_a_turn_max && io_->poll_one() != 0; ++ran)
          ;
        end_turn();
      } catch (const std::exception& fault) {
        faults_.tell(profile_.name(), fault);
      }
  }

  void end_turn() {
    take_requests();
    do {
      wake_all();
      pump();
    } while (!to_wake_.empty());
    if (scheduler_.is_stopping())
      go_on_stopping();
    scheduler_.deliver_reports(now());
    wake_by(scheduler_.reports_due());
    if (has_stopped_ && !std::exchange(has_reported_stop_, true))
      stopped_.set_value();
  }

  void take_requests() {
    if (!std::exchange(has_requests_, false))
      return;
    inbox_->take(requests_);
    scheduler_.apply(requests_, now());
  }

  void wake_all() {
    waking_.swap(to_wake_);
    for (const auto& connection : waking_) {
      connection->is_to_wake = false;
      connection->wake();
    }
    waking_.clear();
  }

  /// Finds connections for the letters that may leave now: idle ones, the last used first, then new ones.
  void pump() {
    const auto at = now();
    scheduler_.set_pace(governor_.per_second(at).value_or(0));
    show_pace(at);
    note_findings(at);
    for (const auto& [domain, per_second] : governor_.domain_paces(at))
      scheduler_.set_pace(domain, per_second);
    if (ready_ > 0)
      scheduler_.choose_ahead(at);
    if (!scheduler_.has_letters(at)) {
      wake_by(scheduler_.ready_at(at));
      return;
    }
    auto waiting = scheduler_.waiting(at);
    while (!idle_.empty() && waiting > 0) {
      auto& connection = *idle_.back();
      idle_.pop_back();
      connection.is_idle = false;
      wake_later(connection);
      --waiting;
    }
    const auto connecting = connecting_ - overdue();
    if (waiting > connecting)
      open_connections(at, waiting - connecting);
  }

  std::size_t overdue() const {
    const auto found = connecting_ == 0 ? 0 : std::ranges::count_if(connections_, [](const auto& one) {
      return one->is_overdue;
    });
    return static_cast<std::size_t>(found);
  }

  void show_pace(moment at) {
    if (!governor_.is_slowed(at) && !std::exchange(shows_pace_, false))
      return;
    std::optional<relay_pace> found;
    if (governor_.is_slowed(at)) {
      shows_pace_ = true;
      found = relay_pace{governor_.per_second(at), governor_.connections_max(),
                         profile_.settings.connections_max, governor_.slowed_by()};
    }
    const std::lock_guard guard(shown_mutex_);
    pace_ = std::move(found);
  }

  void note_findings(moment at) {
    const auto is_noted = std::exchange(tls_is_noted_, true);
    if (std::exchange(findings_noted_, governor_.findings_changes()) == governor_.findings_changes() &&
        is_noted)
      return;
    auto found = encode_pace_notes(governor_.findings(), at, surroundings_.wall_clock());
    if (has_spoken_tls_)
      found = with_starttls(found);
    const std::lock_guard guard(shown_mutex_);
    findings_ = std::move(found);
  }

  void open_connections(moment at, std::size_t wanted) {
    if (at < reopen_at_) {
      wake_by(reopen_at_);
      return;
    }
    // Each would make the same mistake, and a wrong password in the first second as often as there are connections.
    const auto tries_alone = scheduler_.is_failing() || ready_ == 0;
    const auto connections_max = tries_alone ? std::min(1 + overdue(), profile_.settings.connections_max)
                                             : governor_.connections_max();
    for (; wanted > 0 && connections_.size() < connections_max && at >= reopen_at_; --wanted) {
      auto connection = std::make_shared<smtp_connection>(*this);
      connections_.push_back(connection);
      ++connecting_;
      connection->start();
    }
  }

  void timer_fired() {
    const auto at = now();
    timer_at_ = moment::max();
    auto next = moment::max();
    for (const auto& connection : std::vector(connections_)) {
      if (connection->deadline() <= at)
        connection->time_out();
      next = std::min(next, connection->deadline());
    }
    wake_by(next);
    if (scheduler_.is_stopping())
      wake_by(std::min(cut_at_, answers_until_));
  }

  // -- the end ----------------------------------------------------------------------------------------

  void begin_to_stop() {
    take_requests();
    scheduler_.stop();
    cut_at_ = now() + surroundings_.stop_wait_max;
    answers_until_ = now() + surroundings_.answers_wait_max;
    wake_by(answers_until_);
    for (const auto& connection : std::vector(connections_))
      connection->finish();
  }

  void go_on_stopping() {
    const auto at = now();
    if (at >= cut_at_)
      for (const auto& connection : std::vector(connections_))
        connection->cut(notice{"no_reply_before_stop"});
    if (at >= answers_until_) {
      answers_until_ = moment::max();
      stops_waiting_ = true;
    }
    if (!connections_.empty()) {
      wake_by(cut_at_);
      return;
    }
    if (stops_waiting_)
      scheduler_.end_waiting_for_answers();
    has_stopped_ = scheduler_.is_settled();
  }

  smtp_profile profile_;
  smtp_surroundings surroundings_;
  date_fields dates_;
  pipelining_use pipelining_ = profile_.server.pipelining; ///< less once the server could not follow
  bool may_chunk_ = profile_.server.may_chunk;
  bool has_spoken_tls_ = false; ///< after STARTTLS; also before the restart
  bool tls_is_noted_ = true;
  /// Shared with look-ups of names, which may end after everything else.
  std::shared_ptr<boost::asio::io_context> io_ = std::make_shared<boost::asio::io_context>(1);
  boost::asio::steady_timer timer_{*io_};
  moment timer_at_ = moment::max();
  delivery_scheduler scheduler_;
  reply_words words_;
  server_addresses addresses_;
  retry_delay delay_;
  relay_governor governor_;
  moment reopen_at_ = moment::min();

  std::vector<std::shared_ptr<smtp_connection>> connections_;
  std::vector<smtp_connection*> idle_; ///< last used last
  std::vector<std::shared_ptr<smtp_connection>> to_wake_;
  std::vector<std::shared_ptr<smtp_connection>> waking_;
  std::size_t connecting_ = 0;
  std::size_t ready_ = 0;
  mutable std::mutex shown_mutex_;
  std::optional<relay_pace> pace_;
  std::string findings_;             ///< as they are kept
  std::uint64_t findings_noted_ = 0; ///< the governor's changes that are in them
  struct tries_in_vain {
    std::uint32_t count = 0;
    moment since;
    moment next_at;
  };
  std::optional<tries_in_vain> tries_; ///< since the server last worked; with the pace under its mutex
  bool shows_pace_ = false;
  std::size_t leaving_ = 0;
  std::size_t failures_in_a_row_ = 0; ///< of connections, since one had a reply for a letter

  std::vector<queue_request> requests_;
  bool has_requests_ = false;
  bool is_ending_ = false;
  bool stops_waiting_ = false;
  bool has_stopped_ = false;
  bool has_reported_stop_ = false;
  moment cut_at_ = moment::max();
  moment answers_until_ = moment::max();
  std::once_flag stop_once_;
  std::promise<void> stopped_;

  thread_faults faults_;
  std::shared_ptr<delivery_inbox> inbox_;
  std::thread thread_; ///< last: it uses all the others
};

} // namespace

result<std::unique_ptr<relay>>
make_smtp_relay(smtp_url server, const relay_settings& settings, smtp_surroundings surroundings) {
  if (settings.connections_max == 0)
    return failure(error_code::invalid_input, "the relay's connections_max must be 1 at least");
  auto trust = tls_trust::make(settings.ca_file, settings.tls_verify);
  if (!trust)
    return std::unexpected(trust.error());
  smtp_profile profile{std::move(server), settings,
                       settings.hello_name.empty() ? machine_name() : settings.hello_name, std::move(*trust),
                       surroundings.greeting_patience};
  auto replies = reply_policy::make(settings.replies);
  if (!replies)
    return std::unexpected(replies.error());
  if (!settings.token_file.empty() || !settings.token_command.empty())
    profile.tokens = std::make_shared<token_source>(token_source::settings{
        .file = settings.token_file,
        .command = settings.token_command,
        .time_max = settings.token_timeout,
        .run = surroundings.run_command,
    });
  return std::make_unique<smtp_relay>(std::move(profile), std::move(*replies), std::move(surroundings));
}

} // namespace sluice
