#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "sluice/async/deadline.hpp"
#include "sluice/net/http1_client.hpp"
#include "support/http_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// `size` bytes, at most `piece` a read.
class PatternReader final : public ByteReader {
 public:
  PatternReader(std::uint64_t size, std::size_t piece) : left_(size), piece_(piece) {}
  Task<std::size_t> read(MutableBytes buffer) override {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>({left_, piece_, buffer.size()}));
    std::fill_n(buffer.begin(), count, std::byte{'p'});
    left_ -= count;
    co_return count;
  }
  std::uint64_t left() const { return left_; }

 private:
  std::uint64_t left_;
  std::size_t piece_;
};

struct Seen {
  std::string head, body;
  std::size_t requests = 0;
};

Task<> take_upload(std::shared_ptr<Peer> peer, Seen* seen) {
  for (;;) {
    const std::string head = co_await peer->read_head();
    if (head.empty()) co_return;
    seen->head = head;
    seen->body = co_await peer->read_bytes(length_of(head));
    ++seen->requests;
    if (seen->body.size() < length_of(head)) co_return;
    co_await peer->write(ok("stored"));
  }
}

/// Answers 403 as soon as the head is there and closes with the body unread, which resets the
/// connection.
Task<> refuse_upload(std::shared_ptr<Peer> peer) {
  const std::string head = co_await peer->read_head();
  co_await peer->write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
}

/// Answers 403 and reads no further, but keeps the connection open.
Task<> refuse_and_sit(std::shared_ptr<Peer> peer) {
  co_await refuse_upload(peer);
  co_await sleep_for(60s);
}

enum class Interim { go, silent, refuse, hints_first, go_twice, late };

Task<> answer_expectation(std::shared_ptr<Peer> peer, Interim interim, Seen* seen) {
  seen->head = co_await peer->read_head();
  if (interim == Interim::hints_first) co_await peer->write("HTTP/1.1 103 Early Hints\r\n\r\n");
  if (interim == Interim::late) co_await sleep_for(200ms);
  if (interim != Interim::silent && interim != Interim::refuse)
    co_await peer->write("HTTP/1.1 100 Continue\r\n\r\n");
  if (interim == Interim::go_twice) {
    co_await sleep_for(50ms);
    co_await peer->write("HTTP/1.1 100 Con");
    co_await sleep_for(50ms);
    co_await peer->write("tinue\r\n\r\n");
  }
  if (interim == Interim::refuse) {
    co_await peer->write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    co_return;
  }
  seen->body = co_await peer->read_bytes(length_of(seen->head));
  co_await peer->write(ok("stored"));
}

/// Answers an upload with `begin` and then `more` again and again, and never reads the body.
struct Chatter {
  std::string begin, more;
  Duration pause{};
};

Task<> chatter(std::shared_ptr<Peer> peer, Chatter words) {
  co_await peer->read_head();
  co_await peer->write(words.begin);
  for (;;) {
    co_await peer->write(words.more);
    co_await sleep_for(words.pause);
  }
}

struct Answer {
  int status = 0;
  std::string body;
};

Task<Answer> send_all(net::HttpClient* client, const net::HttpRequest* request) {
  net::HttpResponse response = co_await client->send(OpContext{}, *request);
  Answer answer;
  answer.status = response.status();
  answer.body = co_await response.read_all(1 << 20);
  co_return answer;
}

net::HttpRequest put_request(net::Endpoint endpoint) {
  net::HttpRequest request = get_request(std::move(endpoint), "/object");
  request.method = "PUT";
  return request;
}

std::optional<Error> error_of_body(std::uint64_t announced, std::uint64_t given, Seen* seen) {
  std::optional<Error> error;
  run([&](Runtime& runtime) -> Task<> {
    ScriptedServer server(
        runtime, [seen](std::shared_ptr<Peer> peer) { return take_upload(std::move(peer), seen); });
    const auto client = net::make_http1_client(runtime, {});
    PatternReader reader(given, 10000);
    net::HttpRequest request = put_request(server.endpoint());
    request.body_reader = &reader;
    request.body_size = announced;
    try {
      co_await send_all(client.get(), &request);
    } catch (const Error& thrown) {
      error = thrown;
    }
    co_await client->close();
    co_await server.stop();
  });
  return error;
}

Error error_of_chatter(Chatter words) {
  std::optional<Error> error;
  run([&](Runtime& runtime) -> Task<> {
    ScriptedServer server(
        runtime, [words](std::shared_ptr<Peer> peer) { return chatter(std::move(peer), words); });
    net::Http1Options options;
    options.idle_timeout = 400ms;
    const auto client = net::make_http1_client(runtime, options);
    const std::string content(64 << 20, 'x');
    net::HttpRequest request = put_request(server.endpoint());
    request.body = as_bytes(content);
    OpContext context;
    context.deadline = std::chrono::steady_clock::now() + 5s;
    try {
      co_await client->send(context, request);
    } catch (const Error& thrown) {
      error = thrown;
    }
    co_await client->close();
    co_await server.stop();
  });
  REQUIRE(error);
  return *error;
}

}  // namespace

TEST_CASE("Upload: an interim head without an end is refused while the body is being sent") {
  const Error error = error_of_chatter({"HTTP/1.1 100 C", std::string(16 << 10, 'x'), 1ms});
  INFO(error.what());
  CHECK(error.code() == ErrorCode::protocol);
}

TEST_CASE("Upload: interim answers without end are refused while the body is being sent") {
  const Error error = error_of_chatter({"", "HTTP/1.1 102 Processing\r\n\r\n", 1ms});
  INFO(error.what());
  CHECK(error.code() == ErrorCode::protocol);
}

TEST_CASE("Upload: only what is sent counts as progress while the body is being sent") {
  const Error error = error_of_chatter({"", "HTTP/1.1 102 Processing\r\n\r\n", 50ms});
  CHECK(error.code() == ErrorCode::timeout);
  CHECK(std::string_view(error.what()).find("idle timeout") != std::string_view::npos);
}

TEST_CASE("Upload: bytes and readers arrive whole on one kept connection") {
  run([](Runtime& runtime) -> Task<> {
    Seen seen;
    ScriptedServer server(runtime, [&seen](std::shared_ptr<Peer> peer) {
      return take_upload(std::move(peer), &seen);
    });
    const auto client = net::make_http1_client(runtime, {});
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{5000}, std::size_t{9 << 20}}) {
      const std::string content(size, 'p');
      net::HttpRequest request = put_request(server.endpoint());
      request.body = as_bytes(content);
      const Answer plain = co_await send_all(client.get(), &request);
      CHECK(plain.body == "stored");
      CHECK(seen.body == content);
      CHECK(length_of(seen.head) == size);
      PatternReader reader(size, 70000);
      request.body = {};
      request.body_reader = &reader;
      request.body_size = size;
      const Answer streamed = co_await send_all(client.get(), &request);
      CHECK(streamed.body == "stored");
      CHECK(seen.body == content);
    }
    CHECK(server.accepted() == 1);
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE(
    "Upload: a reader that gives fewer or more bytes than announced is an error and no upload") {
  Seen seen;
  for (const auto& [announced, given] :
       {std::pair{50000, 49999}, std::pair{50000, 50001}, std::pair{500000, 500001}}) {
    const auto error = error_of_body(static_cast<std::uint64_t>(announced),
                                     static_cast<std::uint64_t>(given), &seen);
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::conflict);
    CHECK(std::string(error->what()).find(std::to_string(announced)) != std::string::npos);
    CHECK(seen.body.size() <
          static_cast<std::size_t>(announced));  // the peer never saw a whole body
  }
}

TEST_CASE(
    "Upload: an early answer ends the sending and is returned, whether the peer closes or not") {
  for (const bool sits : {false, true}) {
    for (const bool streamed : {false, true}) {
      run([sits, streamed](Runtime& runtime) -> Task<> {
        ScriptedServer server(runtime, sits ? refuse_and_sit : refuse_upload);
        const auto client = net::make_http1_client(runtime, {});
        const std::string content(streamed ? 0 : 64 << 20, 'x');
        PatternReader reader(std::uint64_t{1} << 30, 1 << 20);
        net::HttpRequest request = put_request(server.endpoint());
        request.body = as_bytes(content);
        if (streamed) request.body_reader = &reader;
        if (streamed) request.body_size = std::uint64_t{1} << 30;
        const auto begin = std::chrono::steady_clock::now();
        const Answer answer = co_await send_all(client.get(), &request);
        CHECK(answer.status == 403);
        CHECK(answer.body == "no");
        CHECK(std::chrono::steady_clock::now() - begin < 20s);
        if (streamed) CHECK(reader.left() > 0);
        co_await client->close();
        co_await server.stop();
      });
    }
  }
}

TEST_CASE("Upload: Expect: 100-continue waits for the peer's word, but not for ever") {
  for (const Interim interim : {Interim::go, Interim::silent, Interim::refuse, Interim::hints_first,
                                Interim::go_twice, Interim::late}) {
    run([interim](Runtime& runtime) -> Task<> {
      Seen seen;
      ScriptedServer server(runtime, [&](std::shared_ptr<Peer> peer) {
        return answer_expectation(std::move(peer), interim, &seen);
      });
      net::Http1Options options;
      options.continue_timeout = 100ms;
      const auto client = net::make_http1_client(runtime, options);
      const std::string content(16 << 20, 'c');  // more than the sockets' buffers hold
      net::HttpRequest request = put_request(server.endpoint());
      request.body = as_bytes(content);
      request.expect_continue = true;
      const Answer answer = co_await send_all(client.get(), &request);
      CHECK(seen.head.find("Expect: 100-continue\r\n") != std::string::npos);
      const bool refused = interim == Interim::refuse;
      CHECK(answer.status == (refused ? 403 : 200));
      CHECK(seen.body == (refused ? "" : content));
      co_await client->close();
      co_await server.stop();
    });
  }
}
