// A session's stream of server-sent events (WHATWG HTML, section 9.2).

#include "actors/core/due.hpp"
#include "adapters/http/address_mask.hpp"
#include "adapters/http/campaign_json.hpp"
#include "adapters/http/change_feed.hpp"
#include "adapters/http/http_session.hpp"
#include "adapters/http/scope.hpp"
#include "messages/json.hpp"

#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <set>
#include <utility>

namespace sluice {

namespace {

namespace asio = boost::asio;

/// A listener hears of one campaign at most so often, and a sign of life at least so often.
constexpr auto stream_pause = std::chrono::milliseconds(250);
constexpr std::chrono::milliseconds stream_heartbeat = std::chrono::seconds(15);
/// Nobody is woken by the house's log: who wants to hear of it looks.
constexpr std::chrono::milliseconds house_look_every = std::chrono::seconds(1);
/// Campaigns that are told of in one piece: so much text lies there at most for a listener that does not read.
constexpr std::size_t campaigns_per_piece = 100;

/// `told`: which campaigns a listener with a limited token was told of; one that is not within its scope is one that there is
/// not, and has gone where it was within.
std::string event_text(node& engine, campaign_id id, const token_info& who, std::set<campaign_id>& told) {
  const auto view = engine.campaigns().find(id, engine.now());
  const auto is_limited = who.scope.is_limited();
  const auto is_shown = view && is_in_scope(who.scope, view->spec);
  if (is_limited && !is_shown && told.erase(id) == 0)
    return {};
  if (is_limited && is_shown)
    told.insert(id);
  if (!is_shown)
    return "event: gone\ndata: {\"id\":\"" + to_string(id) + "\"}\n\n";
  auto shown = brief_json(engine, *view);
  if (!sees_addresses(who.role))
    mask_addresses(shown);
  return "event: campaign\ndata: " + shown.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n\n";
}

struct stream_query {
  std::optional<campaign_id> only;
  bool is_brief = false;
  bool is_of_house = false; ///< it hears of the house's log, too
};

result<stream_query> read_stream_query(const http_request& request) {
  query_reader query(request);
  const auto wanted = query.text("campaign");
  const auto form = query.text("form");
  const auto is_of_house = query.boolean("house");
  if (const auto fault = query.finish())
    return std::unexpected(*fault);
  const auto only = wanted.empty() ? std::nullopt : parse_campaign_id(wanted);
  if (!wanted.empty() && !only)
    return failure(error_code::not_found, notice{"campaign_unknown", {{"campaign", excerpt(wanted)}}});
  if (!form.empty() && form != "brief")
    return failure(error_code::invalid_input,
                   notice{"parameter_one_of", {{"parameter", "form"}, {"names", "brief, or left out"}}});
  return stream_query{only, form == "brief", is_of_house};
}

} // namespace

/// Nothing is told any more once the token is not allowed: it may be revoked while the stream is open.
asio::awaitable<void> http_session::stream_changes(const exchange_ptr& asked) {
  const auto query = read_stream_query(asked->request);
  if (!query) {
    const auto refusal = problem(query.error());
    co_await send(refusal, head_facts{asked->facts.version, false, false});
    co_return;
  }
  const auto feed = change_feed::open(core_.engine.campaigns(), query->only,
                                      [mailbox = core_.mailbox, weak = std::weak_ptr(shared_from_this())] {
                                        mailbox->post([weak] {
                                          if (const auto alive = weak.lock())
                                            alive->wake_.open();
                                        });
                                      });
  const auto is_open = co_await send_stream_head(asked->facts.version);
  if (!is_open)
    co_return;
  const auto is_chunked = asked->facts.version >= 11;
  // A listener that comes back must learn which campaigns are gone: those not told of before this.
  auto says_caught_up = query->is_brief;
  auto is_told_something = true;
  std::set<campaign_id> told;
  auto last_told_at = core_.engine.now();
  event_number house_told = 0;
  while (!core_.is_stopping && who_asks(*asked, *asked->entry, false)) {
    wake_.close();
    const auto changed = feed->take();
    std::string text;
    for (auto at = changed.begin(); at != changed.end() && !core_.is_stopping;) {
      text.clear();
      const auto tell = [&] {
        for (std::size_t count = 0; count < campaigns_per_piece && at != changed.end(); ++count)
          text += event_text(core_.engine, *at++, asked->request.who, told);
      };
      co_await core_.run_on(core_.look_threads, tell);
      if (text.empty()) // an empty chunk would be the end
        continue;
      last_told_at = core_.engine.now();
      const auto is_written = co_await write_event(text, is_chunked);
      if (!is_written)
        co_return;
    }
    text.clear();
    // What is outside of a limited token's scope may change all the time, and is no sign of life.
    const auto is_overdue = core_.engine.now() - last_told_at >= stream_heartbeat;
    // Who hears of the house's log comes by here every second.
    const auto comes_often =
        query->is_of_house || (!changed.empty() && asked->request.who.scope.is_limited());
    if (comes_often ? is_overdue : changed.empty() && !is_told_something)
      text = ": still here\n\n";
    if (const auto last = core_.engine.store().house().last_number();
        query->is_of_house && last != house_told)
      text += fmt::format("event: house\ndata: {{\"number\":{}}}\n\n", house_told = last);
    if (std::exchange(says_caught_up, false))
      text += "event: caught_up\ndata: {}\n\n";
    if (!text.empty()) {
      last_told_at = core_.engine.now();
      const auto is_written = co_await write_event(text, is_chunked);
      if (!is_written)
        co_return;
    }
    is_told_something = !changed.empty();
    client_.expires_never();
    co_await pause_.wait_for(stream_pause);
    // A change cuts it short, and so does the engine's stop.
    if (!core_.is_stopping)
      co_await wake_.wait_for(query->is_of_house ? house_look_every : stream_heartbeat);
  }
  if (is_chunked)
    co_await write("0\r\n\r\n");
}

asio::awaitable<bool> http_session::send_stream_head(unsigned version) {
  std::string head =
      version < 11 ? "HTTP/1.0 200 OK\r\n" : "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n";
  head += "Server: sluice\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n";
  const auto is_written = co_await write(head);
  co_return is_written;
}

asio::awaitable<bool> http_session::write_event(const std::string& text, bool is_chunked) {
  const auto piece = is_chunked ? fmt::format("{:x}\r\n{}\r\n", text.size(), text) : text;
  const auto is_written = co_await write(piece);
  co_return is_written;
}

asio::awaitable<bool> http_session::write(std::string_view text) {
  client_.expires_after(core_.settings.write_timeout);
  const auto [fault, bytes] = co_await asio::async_write(client_, asio::buffer(text), as_result);
  co_return !fault;
}

} // namespace sluice
