#include <doctest/doctest.h>

#include "integration/redis/redis_opening.hpp"
#include "integration/redis/redis_server.hpp"
#include "state/store_contract.hpp"
#include "support/certificates.hpp"

using namespace sluice;
using namespace sluice::state::test;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

struct TlsWorld {
  Authority authority;
  RedisServer server{authority.server, {"--tls-auth-clients", "no"}};

  std::string url() const { return server.url() + "?ca_file=" + authority.root.certificate; }
};

/// Time enough for a handshake on a busy machine.
RedisOptions patient(const std::string& url) {
  RedisOptions options = impatient(url);
  options.timeout = 5s;
  return options;
}

}  // namespace

TEST_CASE("RedisStore over TLS keeps the store contract") {
  const TlsWorld world;
  check_store_contract([url = world.url()](Runtime& runtime) { return open_empty(runtime, url); });
}

TEST_CASE("RedisStore: a server with a certificate of an unknown authority is refused") {
  const TlsWorld world;
  const Authority other;
  auto error = opening_error(patient(world.server.url()));  // the system's authorities
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::network);
  CHECK_FALSE(error->retryable());
  CHECK(error->subject() == world.server.url());
  error = opening_error(patient(world.server.url() + "?ca_file=" + other.root.certificate));
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::network);
  CHECK_FALSE(opening_error(patient(world.url())));
}

TEST_CASE("RedisStore: a certificate for another host is refused") {
  const Authority authority;
  const RedisServer server(authority.issue("other", "DNS:other.test,IP:127.0.0.2"),
                           {"--tls-auth-clients", "no"});
  const auto error =
      opening_error(patient(server.url() + "?ca_file=" + authority.root.certificate));
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::network);
  CHECK_FALSE(error->retryable());
}

TEST_CASE("RedisStore: a server that asks for a client certificate gets it") {
  const Authority authority;
  const CertificateFiles client = authority.issue("client", "");
  const RedisServer server(authority.server, {"--tls-auth-clients", "yes", "--tls-ca-cert-file",
                                              authority.root.certificate});
  const std::string url = server.url() + "?ca_file=" + authority.root.certificate;
  CHECK(opening_error(patient(url)));
  CHECK_FALSE(opening_error(
      patient(url + "&client_certificate=" + client.certificate + "&client_key=" + client.key)));
}

TEST_CASE("RedisStore: TLS to a server without it, and the reverse, are clear failures") {
  const TlsWorld world;
  const RedisServer plain;
  std::string tls_url = plain.url();
  tls_url.insert(5, "s");
  auto error = opening_error(patient(tls_url));
  REQUIRE(error);
  CHECK(std::string_view(error->what()).find(tls_url) != std::string_view::npos);
  std::string plain_url = world.server.url();
  plain_url.erase(5, 1);
  error = opening_error(patient(plain_url));
  REQUIRE(error);
  CHECK(error->subject() == plain_url);
}

TEST_CASE("RedisStore: a CA file that is not there is a fault of the configuration") {
  const TlsWorld world;
  const auto error = opening_error(patient(world.server.url() + "?ca_file=/no/such/authority.pem"));
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::config);
}
