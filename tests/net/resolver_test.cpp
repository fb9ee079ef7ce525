#include "net/resolver.hpp"

#include <doctest/doctest.h>

#include "sluice/net/http1_client.hpp"
#include "support/http_fixture.hpp"

using namespace sluice;
using namespace sluice::test;

namespace {

net::Addresses addresses_of(std::string host) {
  net::Addresses found;
  run([&](Runtime& runtime) -> Task<> {
    return [](Runtime& loop, std::string name, net::Addresses* out) -> Task<> {
      net::Resolver resolver(loop);
      *out = co_await resolver.resolve(std::move(name));
    }(runtime, host, &found);
  });
  return found;
}

}  // namespace

TEST_CASE("resolver: names below localhost are this machine, whatever the system knows") {
  for (const char* host :
       {"bucket.localhost", "a.b.localhost", "Bucket.LocalHost", "b.localhost."}) {
    CAPTURE(host);
    const net::Addresses found = addresses_of(host);
    REQUIRE(found.size() == 2);
    for (const auto& address : found)
      CHECK(address.is_loopback());
  }
}

TEST_CASE("resolver: only whole labels count as localhost") {
  for (const char* host : {"localhost", "notlocalhost", ".localhost", "localhost.example",
                           "x.localhost.example", ""}) {
    CAPTURE(host);
    CHECK_FALSE(net::is_below_localhost(host));
  }
}

TEST_CASE("resolver: a server on loopback is reached by a name below localhost") {
  run([](Runtime& runtime) -> Task<> {
    ScriptedServer server(runtime, always(ok("here")));
    const auto client = net::make_http1_client(runtime, {});
    net::Endpoint endpoint = server.endpoint();
    endpoint.host = "bucket.localhost";
    const std::string body = co_await get(*client, endpoint);
    CHECK(body == "here");
    co_await client->close();
    co_await server.stop();
  });
}
