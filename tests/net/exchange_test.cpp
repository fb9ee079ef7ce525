#include <doctest/doctest.h>

#include "sluice/net/http1_client.hpp"
#include "support/http_fixture.hpp"

using namespace sluice;
using namespace sluice::test;

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
    co_await client->close();
    co_await server.stop();
  });
}
