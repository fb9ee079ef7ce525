#include <doctest/doctest.h>

#include <array>

#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/net/http1_client.hpp"
#include "support/http_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

Task<> get_into(net::HttpClient* client, net::Endpoint endpoint, std::size_t* done) {
  const std::string body = co_await get(*client, std::move(endpoint));
  *done += body == "x" ? 1 : 0;
}

Task<> answer_once(std::shared_ptr<Peer> peer, std::string response) {
  const std::string head = co_await peer->read_head();
  co_await peer->write(response);
}

/// Answers once, then waits for the test's word before it closes.
Task<> answer_then_close_later(std::shared_ptr<Peer> peer, Duration wait) {
  co_await answer_once(peer, ok("x"));
  co_await sleep_for(wait);
}

Task<> answer_slowly(std::shared_ptr<Peer> peer) {
  for (;;) {
    const std::string head = co_await peer->read_head();
    if (head.empty()) co_return;
    co_await sleep_for(2ms);
    co_await peer->write(ok("x"));
  }
}

/// Answers, and then what nobody has asked for: an answer for whoever comes next.
Task<> answer_once_too_often(std::shared_ptr<Peer> peer) {
  for (;;) {
    const std::string head = co_await peer->read_head();
    if (head.empty()) co_return;
    co_await peer->write(ok("x"));
    co_await sleep_for(2ms);
    co_await peer->write(ok("forged"));
  }
}

/// Reads the second request and closes without an answer; connections after the first work.
Task<> close_on_second(std::shared_ptr<Peer> peer, std::size_t* requests) {
  for (;;) {
    const std::string head = co_await peer->read_head();
    if (head.empty()) co_return;
    ++*requests;
    if (peer->number() == 0 && *requests == 2) co_return;
    co_await peer->write(ok("x"));
  }
}

/// The connections opened for two requests, one after the other, that are answered with these
/// bytes.
std::size_t connections_for(std::string response, bool read_body = true) {
  std::size_t connections = 0;
  run([&](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(response));
    const auto client = net::make_http1_client(runtime, {});
    for (int i = 0; i < 2; ++i) {
      const net::HttpRequest request = get_request(server.endpoint());
      net::HttpResponse answer = co_await client->send(OpContext{}, request);
      if (!read_body) continue;
      co_await answer.read_all(1 << 20);
    }
    connections = server.accepted();
    co_await client->close();
    co_await server.stop();
  });
  return connections;
}

}  // namespace

TEST_CASE("Pool: 200 concurrent requests never open more than the limit") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, answer_slowly);
    net::Http1Options options;
    options.connections_per_endpoint = 8;
    const auto client = net::make_http1_client(runtime, options);
    std::size_t done = 0;
    TaskGroup group(runtime.executor());
    for (int i = 0; i < 200; ++i)
      group.spawn(get_into(client.get(), server.endpoint(), &done));
    co_await group.join();
    CHECK(done == 200);
    CHECK(server.accepted() == 8);
    CHECK(server.most_open() == 8);
    CHECK(client->stats().connections_opened == 8);
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("Pool: a kept connection that the peer closed meanwhile is not used") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(
        runtime, [](std::shared_ptr<Peer> peer) { return answer_then_close_later(peer, 1ms); });
    const auto client = net::make_http1_client(runtime, {});
    for (int i = 0; i < 3; ++i) {
      const std::string body = co_await get(*client, server.endpoint());
      CHECK(body == "x");
      co_await sleep_for(50ms);
    }
    CHECK(server.accepted() == 3);
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("Pool: what a peer sends without a request is nobody's answer") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, answer_once_too_often);
    const auto client = net::make_http1_client(runtime, {});
    for (int i = 0; i < 3; ++i) {
      const std::string body = co_await get(*client, server.endpoint());
      CHECK(body == "x");
      co_await sleep_for(10ms);
    }
    CHECK(server.accepted() == 3);
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("Pool: a request lost on a kept connection is sent again once on a new one") {
  run([](Runtime& runtime) -> Task<> {
    std::size_t requests = 0;
    ScriptedServer server(runtime, [&requests](std::shared_ptr<Peer> peer) {
      return close_on_second(peer, &requests);
    });
    const auto client = net::make_http1_client(runtime, {});
    for (int i = 0; i < 3; ++i) {
      const std::string body = co_await get(*client, server.endpoint());
      CHECK(body == "x");
    }
    CHECK(requests == 4);
    CHECK(server.accepted() == 2);
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("Pool: a request that must not be sent twice unheard fails instead") {
  run([](Runtime& runtime) -> Task<> {
    std::size_t requests = 0;
    ScriptedServer server(runtime, [&requests](std::shared_ptr<Peer> peer) {
      return close_on_second(peer, &requests);
    });
    const auto client = net::make_http1_client(runtime, {});
    co_await get(*client, server.endpoint());
    net::HttpRequest request = get_request(server.endpoint());
    request.resend = false;
    std::optional<Error> failed;
    try {
      co_await client->send(OpContext{}, request);
    } catch (const Error& error) {
      failed = error;
    }
    REQUIRE(failed);
    CHECK(failed->code() == ErrorCode::network);
    CHECK(requests == 2);
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("Pool: only a clean connection is used again") {
  CHECK(connections_for(ok("x")) == 1);
  CHECK(connections_for(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n") == 1);
  CHECK(connections_for("HTTP/1.1 204 No Content\r\n\r\n") == 1);
  CHECK(connections_for(
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx") == 1);
  CHECK(connections_for(ok("x", "Connection: close\r\n")) == 2);
  CHECK(connections_for("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx") == 2);
  CHECK(connections_for(ok("x") + "surplus") == 2);
}

TEST_CASE(
    "Pool: a response that is dropped unread keeps its connection only if all of it is here") {
  CHECK(connections_for(ok("x"), false) == 1);
  CHECK(connections_for("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
                        false) == 1);
  CHECK(connections_for(ok(std::string(200 << 10, 'x')), false) == 2);
}

TEST_CASE("Pool: an idle connection expires") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(ok("x")));
    net::Http1Options options;
    options.keep_alive = 20ms;
    const auto client = net::make_http1_client(runtime, options);
    co_await get(*client, server.endpoint());
    co_await sleep_for(60ms);
    co_await get(*client, server.endpoint());
    CHECK(server.accepted() == 2);
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("Pool: expired connections are closed though nobody asks for one") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(ok("x")));
    net::Http1Options options;
    options.keep_alive = 50ms;
    const auto client = net::make_http1_client(runtime, options);
    std::size_t done = 0;
    TaskGroup group(runtime.executor());
    for (int i = 0; i < 3; ++i)
      group.spawn(get_into(client.get(), server.endpoint(), &done));
    co_await group.join();
    CHECK(server.open_now() > 0);
    for (int waits = 0; server.open_now() > 0 && waits < 100; ++waits)
      co_await sleep_for(20ms);
    CHECK(server.open_now() == 0);
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("Pool: after close no request is taken and no connection is left") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(ok("x")));
    const auto client = net::make_http1_client(runtime, {});
    co_await get(*client, server.endpoint());
    co_await client->close();
    co_await sleep_for(20ms);
    CHECK(server.open_now() == 0);
    std::optional<Error> error;
    try {
      co_await get(*client, server.endpoint());
    } catch (const Error& thrown) {
      error = thrown;
    }
    CHECK(error.has_value());
    co_await server.stop();
  });
}
