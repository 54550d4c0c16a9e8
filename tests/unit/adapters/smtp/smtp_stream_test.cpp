// Letters leave in pieces: whatever the socket takes of them, the same octets arrive, and what has begun is known.

#include "adapters/smtp/send_queue.hpp"
#include "adapters/smtp/smtp_stream.hpp"
#include "tests/catch.hpp"
#include "tests/unit/adapters/smtp/smtp_fixture.hpp"
#include "tests/unit/adapters/smtp/test_certificates.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read.hpp>

#include <rapidcheck.h>

using namespace sluice;
using namespace sluice::test;
using answers = queue_watch::answers;

namespace {

/// Takes what a write of at most `octets_max` would take.
std::string write_some(send_queue& queue, std::size_t octets_max) {
  std::string written;
  for (const auto& buffer : queue.front())
    written.append(static_cast<const char*>(buffer.data()), buffer.size());
  written.resize(std::min(written.size(), octets_max));
  queue.advance(written.size());
  return written;
}

std::vector<std::string> pieces_of(std::size_t pieces, std::size_t octets) {
  std::vector<std::string> made;
  for (std::size_t at = 0; at < pieces; ++at)
    made.push_back(std::string(octets, static_cast<char>('a' + at % 26)));
  return made;
}

/// Two ends of a connection on loopback; the writer's buffer is small.
struct connected {
  boost::asio::io_context io;
  smtp_stream stream{io};
  boost::asio::ip::tcp::socket reader{io};

  connected() {
    boost::asio::ip::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
    stream.socket().open(boost::asio::ip::tcp::v4());
    stream.socket().set_option(boost::asio::socket_base::send_buffer_size(4096));
    acceptor.set_option(boost::asio::socket_base::receive_buffer_size(4096));
    stream.socket().connect(acceptor.local_endpoint());
    acceptor.accept(reader);
    stream.prepare();
  }

  std::string read(std::size_t octets_max) {
    std::string text(octets_max, '\0');
    text.resize(reader.read_some(boost::asio::buffer(text)));
    return text;
  }
};

} // namespace

TEST_CASE("whatever each write takes, the pieces leave once and in their order", "[smtp]") {
  CHECK(rc::check([] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(
        rc::gen::container<std::string>(rc::gen::inRange('a', 'z')));
    send_queue queue;
    std::string expected;
    for (const auto& piece : pieces) {
      queue.add(piece);
      expected += piece;
    }
    std::string written;
    while (!queue.empty()) {
      RC_ASSERT(!queue.front().empty());
      written += write_some(queue, static_cast<std::size_t>(*rc::gen::inRange(1, 20)));
    }
    RC_ASSERT(written == expected);
    RC_ASSERT(queue.front().empty());
  }));
}

TEST_CASE("a write that ends before, at or behind any piece's end goes on there", "[smtp]") {
  const auto pieces = pieces_of(150, 7);
  std::string expected;
  for (const auto& piece : pieces)
    expected += piece;
  for (std::size_t first = 1; first < 64 * 7; ++first) {
    send_queue queue;
    for (const auto& piece : pieces)
      queue.add(piece);
    REQUIRE(queue.front().size() == send_queue::pieces_a_write_max);
    auto written = write_some(queue, first);
    while (!queue.empty())
      written += write_some(queue, expected.size());
    REQUIRE(written == expected);
  }
}

TEST_CASE("a tail has begun when its first octet has left, and not before", "[smtp]") {
  for (std::size_t pieces = 0; pieces < 130; pieces += 13) {
    connected at;
    const auto body = pieces_of(pieces, 1000);
    std::vector<std::string_view> views(body.begin(), body.end());
    std::string expected;
    for (const auto& piece : body)
      expected += piece;
    const auto body_octets = expected.size();
    const std::string tail(50'000, '.');
    expected += tail;
    at.stream.put(views, tail);
    CHECK_FALSE(at.stream.has_begun_tail());
    std::string arrived;
    auto done = smtp_stream::progress::blocked;
    while (arrived.size() < expected.size()) {
      if (done == smtp_stream::progress::blocked)
        done = at.stream.write();
      REQUIRE(done != smtp_stream::progress::failed);
      CHECK(at.stream.has_begun_tail() == (at.stream.written() > body_octets));
      arrived += at.read(3000);
      CHECK((at.stream.has_begun_tail() || arrived.size() <= body_octets));
    }
    CHECK(done == smtp_stream::progress::done);
    CHECK(at.stream.written() == expected.size());
    CHECK((arrived == expected));
  }
}

namespace {

/// A letter of many pieces, its own and shared ones in turns.
batch_ptr make_pieces(std::string& message) {
  auto made = std::make_shared<batch>();
  made->campaign = {1};
  made->envelope_sender = "sender@example.org";
  std::string shared;
  for (int line = 0; line < 3000; ++line)
    shared += "shared line " + std::to_string(line) + "\r\n";
  made->shared_text = std::make_shared<const std::string>(shared);
  letter one;
  made->text = "a@example.com";
  one.recipient_bytes = static_cast<std::uint32_t>(made->text.size());
  letter_writer out(*made);
  out.append("Subject: x\r\n\r\n");
  for (std::uint32_t at = 0; at < 200; ++at) {
    out.append("own " + std::to_string(at) + "\r\n");
    const auto begin = static_cast<std::uint32_t>(shared.find("\r\n", at * 200) + 2);
    const auto end = static_cast<std::uint32_t>(shared.find("\r\n", begin + 34 * at) + 2);
    out.share({begin, end - begin});
  }
  out.finish(one);
  made->letters.push_back(one);
  message = made->message_of(one);
  return made;
}

} // namespace

TEST_CASE("a letter of many pieces arrives whole", "[smtp]") {
  smtp_fixture at;
  queue_watch queue(at.relay(), answers::at_once);
  std::string message;
  queue.offer(make_pieces(message));
  auto peer = at.server.welcome();
  peer.go_ahead("a@example.com");
  CHECK((peer.message() == message));
  peer.say("250 ok\r\n");
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
}

TEST_CASE("a letter of many pieces goes through TLS whole", "[smtp][tls]") {
  test_certificates certificates;
  smtp_fixture at;
  at.settings.ca_file = certificates.ca_file;
  queue_watch queue(at.relay("", "smtps"), answers::at_once);
  std::string message;
  queue.offer(make_pieces(message));
  auto peer = at.server.accept();
  REQUIRE(peer.start_tls(certificates.server.get()));
  peer.greet(usual_offers);
  peer.go_ahead("a@example.com");
  CHECK((peer.message() == message));
  peer.say("250 ok\r\n");
  CHECK(queue.await_result(0).outcome == letter_state::accepted);
}
