#include <doctest/doctest.h>

#include "net/proxy_rules.hpp"
#include "sluice/net/http1_client.hpp"
#include "support/http_fixture.hpp"

using namespace sluice;
using namespace sluice::test;

namespace {

bool direct(std::string_view list, std::string host, std::uint16_t port = 443) {
  return net::NoProxyList(list).matches({.tls = true, .host = std::move(host), .port = port});
}

Task<> answer_and_note(std::shared_ptr<Peer> peer, std::string response, std::string* head) {
  *head = co_await peer->read_head();
  co_await peer->write(response);
}

struct Seen {
  std::string head, body;
  std::optional<Error> error;
};

/// What a proxy is asked, and what comes of it, for a request to this endpoint.
Seen by_proxy(net::Endpoint endpoint, std::string response, std::string user_info) {
  Seen seen;
  run([&](Runtime& runtime) -> Task<> {
    ScriptedServer proxy(runtime, [&](std::shared_ptr<Peer> peer) {
      return answer_and_note(std::move(peer), response, &seen.head);
    });
    net::Http1Options options;
    options.proxy.http_proxy = "http://" + user_info + proxy.endpoint().authority();
    options.proxy.https_proxy = options.proxy.http_proxy;
    options.proxy.no_proxy = "direct.test";
    const auto client = net::make_http1_client(runtime, options);
    try {
      seen.body = co_await get(*client, endpoint, "/x?y");
    } catch (const Error& thrown) {
      seen.error = thrown;
    }
    co_await client->close();
    co_await proxy.stop();
  });
  return seen;
}

const net::Endpoint plain{.tls = false, .host = "target.test", .port = 8080};
const net::Endpoint secure{.tls = true, .host = "target.test", .port = 443};

}  // namespace

TEST_CASE("NO_PROXY: hosts, domains, ports, addresses and blocks") {
  CHECK(direct("*", "anything"));
  CHECK(direct("example.com", "example.com"));
  CHECK(direct("example.com", "a.example.com"));
  CHECK(direct(".example.com", "a.b.example.com"));
  CHECK(direct("*.example.com", "a.example.com"));
  CHECK(direct(" foo , EXAMPLE.com ", "example.com"));
  CHECK_FALSE(direct("example.com", "badexample.com"));
  CHECK_FALSE(direct("example.com", "example.com.evil.test"));
  CHECK(direct("h:8443", "h", 8443));
  CHECK_FALSE(direct("h:8443", "h", 443));
  CHECK(direct("169.254.169.254", "169.254.169.254"));
  CHECK_FALSE(direct("254.169.254", "169.254.169.254"));
  CHECK(direct("10.0.0.0/8", "10.200.3.4"));
  CHECK_FALSE(direct("10.0.0.0/9", "10.200.3.4"));
  CHECK_FALSE(direct("10.0.0.0/8", "10.example.com"));
  CHECK(direct("fd00::/8", "fd12::1"));
  CHECK(direct("::1", "::1"));
  CHECK(direct("[::1]:9000", "::1", 9000));
  CHECK_FALSE(direct("", "h"));
  CHECK_FALSE(direct("1.2.3.4/33,x:y,/8,,", "1.2.3.4"));
}

TEST_CASE("Proxy setting: credentials are decoded and never shown") {
  const auto proxy = net::parse_proxy("http://us%40er:p%3Ass@proxy.test:3128/");
  REQUIRE(proxy);
  CHECK(proxy->endpoint.host == "proxy.test");
  CHECK(proxy->endpoint.port == 3128);
  CHECK(proxy->authorization.reveal() == "Basic dXNAZXI6cDpzcw==");  // us@er:p:ss
  CHECK(net::parse_proxy("proxy.test:3128")->endpoint.port == 3128);
  CHECK_FALSE(net::parse_proxy(" "));
  for (const char* text :
       {"socks5://h:1", "https://h", "http://u:secret%zz@h", "http://u:secret@h:x"}) {
    std::optional<Error> error;
    try {
      net::parse_proxy(text);
    } catch (const Error& thrown) {
      error = thrown;
    }
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::config);
    CHECK(std::string(error->what()).find("secret") == std::string::npos);
  }
}

TEST_CASE("Proxy: plain requests go in absolute form, with the proxy's credentials") {
  const Seen seen = by_proxy(plain, ok("from proxy"), "user:pw@");
  CHECK(seen.body == "from proxy");
  CHECK(seen.head.starts_with(
      "GET http://target.test:8080/x?y HTTP/1.1\r\nHost: target.test:8080\r\n"));
  CHECK(seen.head.find("Proxy-Authorization: Basic dXNlcjpwdw==\r\n") != std::string::npos);
}

TEST_CASE("Proxy: TLS asks for a tunnel, and a refusal says that it was the proxy") {
  struct Row {
    const char* response;
    ErrorCode code;
    bool retryable;
  };
  for (const Row& row :
       {Row{"HTTP/1.1 407 Auth\r\nContent-Length: 0\r\n\r\n", ErrorCode::unauthenticated, false},
        Row{"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", ErrorCode::permission_denied, false},
        Row{"HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n", ErrorCode::unavailable, true},
        Row{"HTTP/1.1 200 OK\r\n\r\nsurplus", ErrorCode::protocol, false},
        Row{"garbage\r\n", ErrorCode::protocol, false}}) {
    INFO(row.response);
    const Seen seen = by_proxy(secure, row.response, "");
    CHECK(seen.head.starts_with("CONNECT target.test:443 HTTP/1.1\r\nHost: target.test:443\r\n"));
    REQUIRE(seen.error);
    CHECK(seen.error->code() == row.code);
    CHECK(seen.error->retryable() == row.retryable);
    CHECK(std::string(seen.error->what()).find("proxy") != std::string::npos);
  }
}

TEST_CASE("Proxy: a 407 to a plain request is the proxy's, too") {
  const Seen seen =
      by_proxy(plain, "HTTP/1.1 407 Auth\r\nContent-Length: 0\r\n\r\n", "user:wrong@");
  REQUIRE(seen.error);
  CHECK(seen.error->code() == ErrorCode::unauthenticated);
}

TEST_CASE("Proxy: what NO_PROXY names and what asks to bypass it goes straight") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer proxy(runtime, always(ok("proxy")));
    ScriptedServer server(runtime, always(ok("server")));
    net::Http1Options options;
    options.proxy.http_proxy = proxy.endpoint().origin();
    const auto client = net::make_http1_client(runtime, options);
    net::HttpRequest request = get_request(server.endpoint());
    const std::string by_default = co_await get(*client, server.endpoint());
    CHECK(by_default == "proxy");
    request.bypass_proxy = true;
    net::HttpResponse response = co_await client->send(OpContext{}, request);
    const std::string bypassed = co_await response.read_all(100);
    CHECK(bypassed == "server");
    options.proxy.no_proxy = "127.0.0.0/8";
    const auto second = net::make_http1_client(runtime, options);
    const std::string listed = co_await get(*second, server.endpoint());
    CHECK(listed == "server");
    co_await second->close();
    co_await client->close();
    co_await server.stop();
    co_await proxy.stop();
  });
}
