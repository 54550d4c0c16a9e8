// Which of a server's addresses is connected to (RFC 8305).

#include "adapters/smtp/server_addresses.hpp"
#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/smtp_fixture.hpp"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace sluice;
using namespace sluice::test;
using answers = queue_watch::answers;
using boost::asio::ip::tcp;
using Catch::Matchers::ContainsSubstring;

namespace {

tcp::endpoint address(const std::string& text, std::uint16_t port = 25) {
  return {boost::asio::ip::make_address(text), port};
}

endpoints found(const std::vector<tcp::endpoint>& all) {
  return endpoints::create(all.begin(), all.end(), "mail.example", "25");
}

/// Addresses instead of a resolver's.
void resolve_to(smtp_fixture& at, const std::vector<tcp::endpoint>& all) {
  at.surroundings.look_up = [all](const std::string&, std::uint16_t) -> result<endpoints> {
    return found(all);
  };
  at.made =
      make_smtp_relay(parse_smtp_url("smtp://mail.example").value(), at.settings, at.surroundings).value();
}

/// An address that takes no connection and refuses none: its queue is full, so that it drops each SYN.
class mute_address {
public:
  mute_address() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof any;
    auto* where = reinterpret_cast<sockaddr*>(&any);
    if (::bind(listener_, where, size) != 0 || ::listen(listener_, 0) != 0 ||
        ::getsockname(listener_, where, &size) != 0)
      throw std::runtime_error("cannot listen on loopback");
    port_ = ntohs(any.sin_port);
    for (auto& one : waiting_) {
      one = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
      ::connect(one, where, size);
    }
  }
  ~mute_address() {
    for (const auto one : waiting_)
      ::close(one);
    ::close(listener_);
  }
  mute_address(const mute_address&) = delete;
  mute_address& operator=(const mute_address&) = delete;

  tcp::endpoint where() const { return address("127.0.0.1", port_); }

private:
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::array<int, 3> waiting_{};
};

} // namespace

TEST_CASE("a server's families take turns, as the resolver sorted them", "[smtp]") {
  const server_addresses none_silent;
  const auto ordered =
      none_silent.in_order(found({address("2001:db8::1"), address("2001:db8::2"), address("2001:db8::2"),
                                  address("192.0.2.1"), address("2001:db8::3"), address("192.0.2.2")}));
  CHECK((ordered == std::vector{address("2001:db8::1"), address("192.0.2.1"), address("2001:db8::2"),
                                address("192.0.2.2"), address("2001:db8::3")}));
}

TEST_CASE("addresses that gave no greeting come last, the one that has been silent longest before the others",
          "[smtp]") {
  const auto all = found({address("192.0.2.1"), address("192.0.2.2"), address("192.0.2.3")});
  server_addresses addresses;
  addresses.on_silent(address("192.0.2.1"));
  CHECK((addresses.in_order(all) ==
         std::vector{address("192.0.2.2"), address("192.0.2.3"), address("192.0.2.1")}));
  addresses.on_silent(address("192.0.2.2"));
  addresses.on_silent(address("192.0.2.1"));
  CHECK((addresses.in_order(all) ==
         std::vector{address("192.0.2.3"), address("192.0.2.2"), address("192.0.2.1")}));
  addresses.on_greeting(address("192.0.2.1"));
  CHECK((addresses.in_order(all) ==
         std::vector{address("192.0.2.1"), address("192.0.2.3"), address("192.0.2.2")}));
}

TEST_CASE("an address that refuses is passed over at once", "[smtp]") {
  smtp_fixture at;
  scripted_server gone;
  gone.close();
  resolve_to(at, {address("::1", at.server.port()), address("127.0.0.1", gone.port()),
                  address("127.0.0.1", at.server.port())});
  queue_watch queue(*at.made, answers::at_once);
  queue.offer(make_letters(0, 1));
  at.server.welcome().carry("n0@example.com");
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
  CHECK(queue.count(letter_state::pending) == 0);
}

TEST_CASE("an address that does not answer costs a moment, not the whole of connect_timeout", "[smtp]") {
  smtp_fixture at;
  at.settings.connect_timeout = 2 * patience;
  const mute_address mute;
  resolve_to(at, {mute.where(), address("127.0.0.1", at.server.port())});
  queue_watch queue(*at.made, answers::at_once);
  queue.offer(make_letters(0, 1));
  at.server.welcome().carry("n0@example.com");
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
}

TEST_CASE("connect_timeout holds for all addresses together", "[smtp]") {
  smtp_fixture at;
  at.settings.connect_timeout = milliseconds{100};
  const mute_address mute;
  const mute_address other;
  resolve_to(at, {mute.where(), other.where()});
  queue_watch queue(*at.made, answers::at_once);
  queue.offer(make_letters(0, 1));
  CHECK_THAT(queue.await_condition(true), ContainsSubstring("no answer within 100ms"));
}

TEST_CASE("a relay that stops while it connects does not wait for the answer", "[smtp]") {
  smtp_fixture at;
  const mute_address mute;
  resolve_to(at, {mute.where()});
  queue_watch queue(*at.made, answers::at_once);
  queue.offer(make_letters(0, 1));
  at.made->stop();
  queue.await_handed_back(0);
}

TEST_CASE("an address that took a connection and gave no greeting is not the first one tried the next time",
          "[smtp]") {
  smtp_fixture at;
  at.settings.greeting_timeout = milliseconds{50};
  scripted_server silent;
  resolve_to(at, {address("127.0.0.1", silent.port()), address("127.0.0.1", at.server.port())});
  queue_watch queue(*at.made, answers::at_once);
  queue.offer(make_letters(0, 1));
  auto first = silent.accept();
  CHECK_THAT(queue.await_condition(true), ContainsSubstring("no reply within 50ms"));
  at.server.welcome().carry("n0@example.com");
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
}
