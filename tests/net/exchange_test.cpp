#include <doctest/doctest.h>

#include "sluice/async/deadline.hpp"
#include "sluice/net/http1_client.hpp"
#include "support/http_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// Asks a server that gives `response` and closes; what comes of it is in `outcome`.
struct Outcome {
  std::optional<Error> error;
  int status = 0;
  std::string body;
  std::uint64_t connections = 0;
};

Task<> write_and_close(std::shared_ptr<Peer> peer, std::string response) {
  const std::string head = co_await peer->read_head();
  if (!head.empty()) co_await peer->write(response);
}

Task<Outcome> ask(net::HttpClient* client, net::HttpRequest request) {
  Outcome outcome;
  try {
    OpContext context;
    net::HttpResponse response = co_await client->send(context, request);
    outcome.status = response.status();
    outcome.body = co_await response.read_all(1 << 20);
  } catch (const Error& error) {
    outcome.error = error;
  }
  co_return outcome;
}

Outcome answer_of(std::string response, std::string method = "GET",
                  net::Http1Options options = {}) {
  Outcome outcome;
  run([&](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, [response](std::shared_ptr<Peer> peer) {
      return write_and_close(peer, response);
    });
    const auto client = net::make_http1_client(runtime, options);
    net::HttpRequest request = get_request(server.endpoint());
    request.method = method;
    outcome = co_await ask(client.get(), request);
    outcome.connections = client->stats().connections_opened;
    co_await client->close();
    co_await server.stop();
  });
  return outcome;
}

}  // namespace

TEST_CASE("HTTP: one connection serves requests one after another") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(ok("hello")));
    const auto client = net::make_http1_client(runtime, {});
    for (int i = 0; i < 50; ++i) {
      const std::string body = co_await get(*client, server.endpoint());
      CHECK(body == "hello");
    }
    CHECK(server.accepted() == 1);
    CHECK(client->stats().requests == 50);
    CHECK(client->stats().connections_opened == 1);
    CHECK(client->stats().bytes_received == 50 * ok("hello").size());
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("HTTP: bodies by length, chunks and close arrive whole") {
  const std::string large(1 << 18, 'z');
  CHECK(answer_of(ok(large)).body == large);
  CHECK(answer_of(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            .body == "abcde");
  CHECK(answer_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000\r\n" + large +
                  "\r\n0\r\n\r\n")
            .body == large);
  CHECK(answer_of("HTTP/1.0 200 OK\r\n\r\n" + large).body == large);
  CHECK(answer_of("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n").body.empty());
  CHECK(answer_of("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n", "HEAD").body.empty());
  CHECK(answer_of("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
                  ok("final"))
            .body == "final");
}

TEST_CASE("HTTP: a message that breaks off is a network error, never a short body") {
  for (const char* response :
       {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", ""}) {
    INFO(response);
    const Outcome outcome = answer_of(response);
    REQUIRE(outcome.error);
    CHECK(outcome.error->code() == ErrorCode::network);
    CHECK(outcome.connections == 1);  // a new connection is no reason to send again
  }
}

TEST_CASE("HTTP: what is no HTTP or over the limits is a protocol error") {
  net::Http1Options small;
  small.max_head_bytes = 2000;
  const std::string long_head = "HTTP/1.1 200 OK\r\nA: " + std::string(3000, 'x') + "\r\n\r\n";
  for (const std::string& response :
       {std::string("SSH-2.0-OpenSSH\r\n"), std::string("HTTP/1.1 200 OK\nA: b\n\n"), long_head,
        std::string("HTTP/1.1 101 Switch\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nA: " + std::string(100000, 'x'),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")}) {
    INFO(response.substr(0, 60));
    const Outcome outcome = answer_of(response, "GET", small);
    REQUIRE(outcome.error);
    CHECK(outcome.error->code() == ErrorCode::protocol);
  }
  // 40 KiB of head is larger than the read buffer but within the default limit.
  CHECK(answer_of("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: " + std::string(40000, 'x') +
                  "\r\n\r\nok")
            .body == "ok");
}

TEST_CASE("HTTP: read_all refuses a body beyond its limit") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(
        runtime,
        always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
    const auto client = net::make_http1_client(runtime, {});
    for (const std::size_t limit : {std::size_t{4}, std::size_t{5}}) {
      std::optional<Error> error;
      const net::HttpRequest request = get_request(server.endpoint());
      net::HttpResponse response = co_await client->send(OpContext{}, request);
      try {
        co_await response.read_all(limit);
      } catch (const Error& thrown) {
        error = thrown;
      }
      CHECK(error.has_value() == (limit == 4));
    }
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("HTTP: a refused connection is a network error that names the address") {
  std::optional<Error> error;
  run([&](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(""));
    const net::Endpoint gone = server.endpoint();
    co_await server.stop();
    const auto client = net::make_http1_client(runtime, {});
    const Outcome outcome = co_await ask(client.get(), get_request(gone));
    error = outcome.error;
    co_await client->close();
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::network);
  CHECK(error->subject().find("127.0.0.1") != std::string::npos);
}

TEST_CASE("HTTP: a name is resolved; one that does not exist is a network error naming it") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(ok("by name")));
    const auto client = net::make_http1_client(runtime, {});
    net::Endpoint endpoint = server.endpoint();
    endpoint.host = "localhost";
    const std::string body = co_await get(*client, endpoint);
    CHECK(body == "by name");
    endpoint.host = "no-such-host.invalid";
    const Outcome outcome = co_await ask(client.get(), get_request(endpoint));
    CHECK(outcome.error.has_value());
    if (outcome.error) {
      CHECK(outcome.error->code() == ErrorCode::network);
      CHECK(std::string(outcome.error->what()).find("no-such-host.invalid") != std::string::npos);
    }
    co_await client->close();
    co_await server.stop();
  });
}
