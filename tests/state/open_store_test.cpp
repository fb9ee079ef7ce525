#include <doctest/doctest.h>

#include "sluice/state/key_value_store.hpp"
#ifdef SLUICE_HAVE_REDIS
#include "sluice/state/redis_store.hpp"
#endif
#include "support/run.hpp"

using namespace sluice;

namespace {

Task<> open_and_close(Runtime& runtime, std::string url) {
  const auto store = co_await open_store(runtime, std::move(url));
  co_await store->close();
}

ErrorCode code_for(std::string url) {
  const auto error = test::error_of([&](Runtime& runtime) { return open_and_close(runtime, url); });
  REQUIRE(error);
  CHECK(std::string_view(error->what()).find("hunter2") == std::string_view::npos);
  return error->code();
}

}  // namespace

TEST_CASE("open_store: an unknown scheme or no name is refused") {
  CHECK(code_for("") == ErrorCode::invalid_input);
  CHECK(code_for("sqlite:") == ErrorCode::invalid_input);
  CHECK(code_for("postgres://u:hunter2@h/db") == ErrorCode::invalid_input);
}

#ifdef SLUICE_HAVE_REDIS
TEST_CASE("parse_redis_url: takes the parts apart") {
  const RedisOptions plain = parse_redis_url("redis://cache.local");
  CHECK(plain.host == "cache.local");
  CHECK(plain.port == 6379);
  CHECK(plain.database == 0);
  CHECK(plain.password.empty());
  const RedisOptions full = parse_redis_url("redis://job:p%40ss%3A@[::1]:7000/15");
  CHECK(full.host == "::1");
  CHECK(full.port == 7000);
  CHECK(full.database == 15);
  CHECK(full.user == "job");
  CHECK(full.password.reveal() == "p@ss:");
  CHECK(parse_redis_url("redis://:secret@h/").password.reveal() == "secret");
  CHECK_FALSE(full.tls);
}

TEST_CASE("parse_redis_url: rediss is TLS, verified, with the files that the query names") {
  const RedisOptions plain = parse_redis_url("rediss://h:7000");
  REQUIRE(plain.tls);
  CHECK(plain.tls->verify);
  CHECK(plain.tls->ca_file.empty());
  const RedisOptions full =
      parse_redis_url("rediss://h/1?ca_file=/etc/a%20b.pem&client_certificate=c&client_key=k");
  REQUIRE(full.tls);
  CHECK(full.database == 1);
  CHECK(full.tls->ca_file == "/etc/a b.pem");
  CHECK(full.tls->client_certificate == "c");
  CHECK(full.tls->client_key == "k");
}

TEST_CASE("parse_redis_url: refuses what it cannot use, without showing the password") {
  for (const char* url :
       {"redis://", "redis:///1", "redis://h:0x1", "redis://h:65536", "redis://:hunter2@h/x",
        "redis://:hunter2@h/1/2", "redis://hunter2@h", "redis://h?ca_file=x", "http://h",
        "rediss://:hunter2@h?verify=no", "rediss://h#x", "redis://:hunter2@h/99999999999",
        "redis://:hunter2 @h"}) {
    INFO(url);
    try {
      parse_redis_url(url);
      FAIL_CHECK("accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::invalid_input);
      CHECK(std::string_view(error.what()).find("hunter2") == std::string_view::npos);
    }
  }
}
#endif
