#include <doctest/doctest.h>

#include <fstream>

#include "sluice/async/deadline.hpp"
#include "sluice/net/http1_client.hpp"
#include "support/certificates.hpp"
#include "support/http_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

ServerTls server_tls(const Authority& authority) {
  return {
      .certificate = authority.server.certificate, .key = authority.server.key, .client_ca = ""};
}

net::Http1Options trusting(const Authority& authority) {
  net::Http1Options options;
  options.tls.ca_file = authority.root.certificate;
  return options;
}

struct Outcome {
  std::string body;
  std::optional<Error> error;
  std::size_t resumed = 0;
};

Outcome get_over_tls(const ServerTls& tls, const net::Http1Options& options,
                     std::string host = "127.0.0.1", std::string response = ok("secret")) {
  Outcome outcome;
  run([&](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(response), tls);
    const auto client = net::make_http1_client(runtime, options);
    net::Endpoint endpoint = server.endpoint();
    endpoint.host = host;
    try {
      outcome.body = co_await get(*client, endpoint);
    } catch (const Error& thrown) {
      outcome.error = thrown;
    }
    co_await client->close();
    co_await server.stop();
  });
  return outcome;
}

void check_refused(const Outcome& outcome, std::string_view words) {
  REQUIRE(outcome.error);
  INFO(outcome.error->what());
  CHECK(outcome.error->code() == ErrorCode::network);
  CHECK_FALSE(outcome.error->retryable());
  CHECK(std::string_view(outcome.error->what()).find(words) != std::string_view::npos);
}

Task<> close_mid_body(std::shared_ptr<Peer> peer) {
  const std::string head = co_await peer->read_head();
  co_await peer->write("HTTP/1.0 200 OK\r\n\r\npart");
  peer->close();
}

Task<> say_nothing(std::shared_ptr<Peer> peer) {
  co_await peer->read_bytes(1 << 20);
  co_await sleep_for(60s);
}

Task<> take_upload(std::shared_ptr<Peer> peer, std::string* body) {
  for (;;) {
    const std::string head = co_await peer->read_head();
    if (head.empty()) co_return;
    *body = co_await peer->read_bytes(length_of(head));
    co_await peer->write(ok(*body));
  }
}

Task<> refuse_and_sit(std::shared_ptr<Peer> peer) {
  const std::string head = co_await peer->read_head();
  co_await peer->write("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
  co_await sleep_for(60s);
}

}  // namespace

TEST_CASE("TLS: a trusted certificate for the host is accepted, by address and by name") {
  const Authority authority;
  const ServerTls tls = server_tls(authority);
  CHECK(get_over_tls(tls, trusting(authority)).body == "secret");
  CHECK(get_over_tls(tls, trusting(authority), "localhost").body == "secret");
}

TEST_CASE("TLS: an untrusted, foreign or expired certificate is refused for good, saying why") {
  const Authority authority;
  const ServerTls tls = server_tls(authority);
  check_refused(get_over_tls(tls, {}), "--ca-file");
  const auto other = authority.issue("other", "DNS:other.test");
  check_refused(get_over_tls({.certificate = other.certificate, .key = other.key, .client_ca = ""},
                             trusting(authority)),
                "mismatch");
  check_refused(get_over_tls({.certificate = other.certificate, .key = other.key, .client_ca = ""},
                             trusting(authority), "localhost"),
                "mismatch");
  const auto expired = make_certificate(authority.directory.path(),
                                        {.name = "expired",
                                         .alternative = "IP:127.0.0.1",
                                         .authority = false,
                                         .valid_from = -7200,
                                         .valid_to = -3600},
                                        authority.root);
  check_refused(
      get_over_tls({.certificate = expired.certificate, .key = expired.key, .client_ca = ""},
                   trusting(authority)),
      "expired");
  net::Http1Options careless;
  careless.tls.verify = false;
  CHECK(get_over_tls(tls, careless).body == "secret");
}

TEST_CASE(
    "TLS: a CA file that is missing or holds no certificate is a configuration error naming it") {
  const Authority authority;
  const ServerTls tls = server_tls(authority);
  net::Http1Options options;
  options.tls.ca_file = authority.directory / "missing.pem";
  const Outcome missing = get_over_tls(tls, options);
  REQUIRE(missing.error);
  CHECK(missing.error->code() == ErrorCode::config);
  CHECK(missing.error->subject() == options.tls.ca_file);
  options.tls.ca_file = authority.directory / "empty.pem";
  std::ofstream(options.tls.ca_file) << "no certificate\n";
  const Outcome empty = get_over_tls(tls, options);
  REQUIRE(empty.error);
  CHECK(empty.error->code() == ErrorCode::config);
  options = trusting(authority);
  options.tls.client_certificate = authority.server.certificate;
  const Outcome half = get_over_tls(tls, options);
  REQUIRE(half.error);
  CHECK(half.error->code() == ErrorCode::config);
}

TEST_CASE("TLS: a client certificate is shown to a server that asks, and its lack is an error") {
  const Authority authority;
  const auto user = authority.issue("user", "");
  const ServerTls tls{.certificate = authority.server.certificate,
                      .key = authority.server.key,
                      .client_ca = authority.root.certificate};
  net::Http1Options options = trusting(authority);
  const Outcome without = get_over_tls(tls, options);
  REQUIRE(without.error);
  CHECK(without.error->code() == ErrorCode::network);
  options.tls.client_certificate = user.certificate;
  options.tls.client_key = user.key;
  CHECK(get_over_tls(tls, options).body == "secret");
}

TEST_CASE("TLS: a second connection resumes the session of the first") {
  const Authority authority;
  run([&](Runtime& runtime) -> Task<> {
    const ServerTls tls = server_tls(authority);
    ScriptedServer server(runtime, always(ok("x", "Connection: close\r\n")), tls);
    const auto client = net::make_http1_client(runtime, trusting(authority));
    for (int i = 0; i < 3; ++i) {
      const std::string body = co_await get(*client, server.endpoint());
      CHECK(body == "x");
    }
    CHECK(server.accepted() == 3);
    CHECK(server.resumed() == 2);
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("TLS: large bodies pass both ways and the connection is kept") {
  const Authority authority;
  run([&](Runtime& runtime) -> Task<> {
    const ServerTls tls = server_tls(authority);
    std::string received;
    ScriptedServer server(
        runtime,
        [&received](std::shared_ptr<Peer> peer) { return take_upload(std::move(peer), &received); },
        tls);
    const auto client = net::make_http1_client(runtime, trusting(authority));
    for (const std::size_t size :
         {std::size_t{10}, std::size_t{20000}, std::size_t{5 << 20}, std::size_t{100}}) {
      std::string content(size, 'a');
      for (std::size_t i = 0; i < size; i += 97)
        content[i] = static_cast<char>('a' + i % 26);
      net::HttpRequest request = get_request(server.endpoint());
      request.method = "PUT";
      request.body = as_bytes(content);
      net::HttpResponse response = co_await client->send(OpContext{}, request);
      const std::string echoed = co_await response.read_all(8 << 20);
      CHECK((received == content));
      CHECK((echoed == content));
    }
    CHECK(server.accepted() == 1);
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("TLS: an early answer is noticed behind session tickets") {
  const Authority authority;
  run([&](Runtime& runtime) -> Task<> {
    const ServerTls tls = server_tls(authority);
    ScriptedServer server(runtime, refuse_and_sit, tls);
    const auto client = net::make_http1_client(runtime, trusting(authority));
    const std::string content(64 << 20, 'x');
    net::HttpRequest request = get_request(server.endpoint());
    request.method = "PUT";
    request.body = as_bytes(content);
    net::HttpResponse response = co_await client->send(OpContext{}, request);
    CHECK(response.status() == 403);
    const std::string body = co_await response.read_all(100);
    CHECK(body == "no");
    co_await client->close();
    co_await server.stop();
  });
}

TEST_CASE("TLS: a body that ends with the connection must end with the TLS farewell") {
  const Authority authority;
  std::optional<Error> error;
  run([&](Runtime& runtime) -> Task<> {
    const ServerTls tls = server_tls(authority);
    ScriptedServer server(runtime, close_mid_body, tls);
    const auto client = net::make_http1_client(runtime, trusting(authority));
    try {
      co_await get(*client, server.endpoint());
    } catch (const Error& thrown) {
      error = thrown;
    }
    co_await client->close();
    co_await server.stop();
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::network);
}

TEST_CASE("TLS: a peer that never answers the handshake meets the connect timeout") {
  std::optional<Error> error;
  run([&](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, say_nothing);
    net::Http1Options options;
    options.connect_timeout = 100ms;
    const auto client = net::make_http1_client(runtime, options);
    net::Endpoint endpoint = server.endpoint();
    endpoint.tls = true;
    try {
      co_await get(*client, endpoint);
    } catch (const Error& thrown) {
      error = thrown;
    }
    co_await client->close();
    co_await server.stop();
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::timeout);
  CHECK(std::string(error->what()).find("connect timeout") != std::string::npos);
}
