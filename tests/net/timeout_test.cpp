#include <doctest/doctest.h>

#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/net/http1_client.hpp"
#include "support/http_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

enum class Silence { before_head, in_head, in_body, trickle };

Task<> stall(std::shared_ptr<Peer> peer, Silence silence) {
  const std::string head = co_await peer->read_head();
  if (silence == Silence::in_head) co_await peer->write("HTTP/1.1 200 OK\r\nContent-");
  if (silence == Silence::in_body || silence == Silence::trickle) {
    co_await peer->write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nbegin");
  }
  while (silence == Silence::trickle) {
    co_await sleep_for(10ms);
    co_await peer->write(".");
  }
  co_await peer->read_bytes(1);  // until the client closes
}

Task<> get_all(net::HttpClient* client, net::HttpRequest request, OpContext context) {
  net::HttpResponse response = co_await client->send(context, request);
  co_await response.read_all(1 << 20);
}

Task<> hold_response(net::HttpClient* client, net::HttpRequest request, Duration hold) {
  net::HttpResponse response = co_await client->send(OpContext{}, request);
  co_await sleep_for(hold);
}

/// The error of a GET against a server that falls silent; `deadline` from now, if any.
Error error_of_stall(Silence silence, net::Http1Options options, Duration deadline = Duration{},
                     bool minimum_progress = true) {
  std::optional<Error> error;
  run([&](Runtime& runtime) -> Task<> {
    ScriptedServer server(
        runtime, [silence](std::shared_ptr<Peer> peer) { return stall(std::move(peer), silence); });
    const auto client = net::make_http1_client(runtime, options);
    OpContext context;
    if (deadline > Duration{}) context.deadline = std::chrono::steady_clock::now() + deadline;
    net::HttpRequest request = get_request(server.endpoint());
    request.minimum_progress = minimum_progress;
    const auto begin = std::chrono::steady_clock::now();
    try {
      co_await get_all(client.get(), request, context);
    } catch (const Error& thrown) {
      error = thrown;
    }
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
    co_await sleep_for(30ms);
    CHECK(server.open_now() == 0);  // an overdue connection is never kept
    co_await client->close();
    co_await server.stop();
  });
  REQUIRE(error);
  return *error;
}

bool says(const Error& error, std::string_view words) {
  return std::string_view(error.what()).find(words) != std::string_view::npos;
}

}  // namespace

TEST_CASE("Timeout: silence ends an exchange wherever it falls") {
  net::Http1Options options;
  options.idle_timeout = 150ms;
  for (const Silence silence : {Silence::before_head, Silence::in_head, Silence::in_body}) {
    const Error error = error_of_stall(silence, options);
    CHECK(error.code() == ErrorCode::timeout);
    CHECK(says(error, "idle timeout"));
    CHECK(says(error, "http://127.0.0.1"));
  }
}

TEST_CASE("Timeout: a peer that trickles is broken off unless the request allows it") {
  net::Http1Options options;
  options.idle_timeout = 10s;
  options.progress_window = 200ms;
  const Error error = error_of_stall(Silence::trickle, options);
  CHECK(error.code() == ErrorCode::timeout);
  CHECK(says(error, "minimum progress"));
  const Error patient = error_of_stall(Silence::trickle, options, 800ms, false);
  CHECK(says(patient, "deadline"));
}

TEST_CASE("Timeout: the operation's deadline ends it with fine grain") {
  const auto begin = std::chrono::steady_clock::now();
  const Error error = error_of_stall(Silence::before_head, {}, 30ms);
  CHECK(error.code() == ErrorCode::timeout);
  CHECK(says(error, "deadline"));
  CHECK(std::chrono::steady_clock::now() - begin < 2s);
}

TEST_CASE("Timeout: the deadline holds while waiting for a free connection") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(ok(std::string(1 << 20, 'x'))));
    net::Http1Options options;
    options.connections_per_endpoint = 1;
    const auto client = net::make_http1_client(runtime, options);
    TaskGroup group(runtime.executor());
    group.spawn(hold_response(client.get(), get_request(server.endpoint()), 500ms));
    co_await sleep_for(50ms);
    OpContext context;
    context.deadline = std::chrono::steady_clock::now() + 40ms;
    std::optional<Error> error;
    try {
      co_await get_all(client.get(), get_request(server.endpoint()), context);
    } catch (const Error& thrown) {
      error = thrown;
    }
    CHECK(error.has_value());
    if (error) CHECK(error->code() == ErrorCode::timeout);
    co_await group.join();
    const std::string body = co_await get(*client, server.endpoint());  // the place came back
    CHECK(body.size() == 1 << 20);
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("Timeout: who waits for a connection gives up when nothing moves on those in use") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(ok(std::string(8 << 20, 'x'))));
    net::Http1Options options;
    options.connections_per_endpoint = 1;
    options.idle_timeout = 100ms;
    const auto client = net::make_http1_client(runtime, options);
    const net::HttpRequest request = get_request(server.endpoint());
    std::optional<Error> error;
    {
      const net::HttpResponse held = co_await client->send(OpContext{}, request);
      OpContext context;
      context.deadline = std::chrono::steady_clock::now() + 5s;
      try {
        co_await client->send(context, request);
      } catch (const Error& thrown) {
        error = thrown;
      }
    }
    REQUIRE(error.has_value());
    CHECK(error->code() == ErrorCode::timeout);
    CHECK(says(*error, "nothing moved"));
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("Timeout: a wait for a connection goes on while bytes move on those in use") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, [](std::shared_ptr<Peer> peer) -> Task<> {
      co_await peer->read_head();
      co_await peer->write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 20\r\n\r\n");
      for (int i = 0; i < 20; ++i) {
        co_await sleep_for(30ms);
        co_await peer->write(".");
      }
    });
    net::Http1Options options;
    options.connections_per_endpoint = 1;
    options.idle_timeout = 100ms;
    const auto client = net::make_http1_client(runtime, options);
    TaskGroup group(runtime.executor());
    group.spawn(get_all(client.get(), get_request(server.endpoint()), {}));
    group.spawn(get_all(client.get(), get_request(server.endpoint()), {}));
    co_await group.join();
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("Timeout: a caller that reads slowly is not the peer's fault") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(ok(std::string(1 << 20, 'x'))));
    net::Http1Options options;
    options.idle_timeout = 60ms;
    options.progress_window = 60ms;
    const auto client = net::make_http1_client(runtime, options);
    const net::HttpRequest request = get_request(server.endpoint());
    net::HttpResponse response = co_await client->send(OpContext{}, request);
    co_await sleep_for(300ms);
    const std::string body = co_await response.read_all(1 << 20);
    CHECK(body.size() == 1 << 20);
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("Cancellation: it ends the exchange at once at every await and frees its place") {
  for (const Silence silence :
       {Silence::before_head, Silence::in_head, Silence::in_body, Silence::trickle}) {
    run([silence](Runtime& runtime) -> Task<> {
      ScriptedServer server(runtime, [silence](std::shared_ptr<Peer> peer) {
        return stall(std::move(peer), silence);
      });
      net::Http1Options options;
      options.connections_per_endpoint = 1;
      const auto client = net::make_http1_client(runtime, options);
      TaskGroup group(runtime.executor());
      group.spawn(get_all(client.get(), get_request(server.endpoint()), {}));
      group.spawn(
          get_all(client.get(), get_request(server.endpoint()), {}));  // waits for the connection
      co_await sleep_for(30ms);
      const auto begin = std::chrono::steady_clock::now();
      group.cancel();
      co_await group.join();
      CHECK(std::chrono::steady_clock::now() - begin < 1s);
      co_await client->close();
      co_await sleep_for(30ms);
      CHECK(server.open_now() == 0);
      co_await server.stop();
    });
  }
}

TEST_CASE("Cancellation: cut off after any short while, nothing is left behind") {
  // From connecting to the last byte of the body: wherever the moment falls, the pool stays exact.
  for (int moment = 0; moment < 40; ++moment) {
    run([moment](Runtime& runtime) -> Task<> {
      ScriptedServer server(runtime, always(ok(std::string(300 << 10, 'x'))));
      net::Http1Options options;
      options.connections_per_endpoint = 2;
      const auto client = net::make_http1_client(runtime, options);
      TaskGroup group(runtime.executor());
      for (int i = 0; i < 4; ++i)
        group.spawn(get_all(client.get(), get_request(server.endpoint()), {}));
      co_await sleep_for(std::chrono::microseconds(moment * 50));
      group.cancel();
      co_await group.join();
      const std::string body = co_await get(*client, server.endpoint());
      CHECK(body.size() == 300 << 10);
      co_await client->close();
      co_await server.stop();
    });
  }
}

TEST_CASE("a request whose deadline has passed is not sent, not even on a kept connection") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(ok("x")));
    const auto client = net::make_http1_client(runtime, net::Http1Options());
    co_await get(*client, server.endpoint());
    OpContext late;
    late.deadline = std::chrono::steady_clock::now() - 1s;
    std::optional<Error> error;
    try {
      co_await get_all(client.get(), get_request(server.endpoint()), late);
    } catch (const Error& thrown) {
      error = thrown;
    }
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::timeout);
    CHECK(client->stats().requests == 1);
    co_await client->close();
    co_await server.stop();
  });
}
