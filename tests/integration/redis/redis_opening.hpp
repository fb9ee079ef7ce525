#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>

#include "sluice/state/redis_store.hpp"
#include "state/redis_connection.hpp"
#include "support/run.hpp"

/// Ways to open a store, for tests.
namespace sluice::state::test {

inline Task<std::unique_ptr<KeyValueStore>> open_empty(Runtime& runtime, std::string url) {
  RedisConnector connector(runtime, parse_redis_url(url));
  const auto connection = co_await connector.open(SteadyTime::max());
  std::vector<RedisCommand> commands{{"FLUSHDB"}};
  const auto replies = co_await connection->exchange(std::move(commands));
  replies.at(0).expect_success(url);
  co_return co_await open_store(runtime, std::move(url));
}

inline RedisOptions impatient(const std::string& url) {
  RedisOptions options = parse_redis_url(url);
  options.timeout = std::chrono::milliseconds(200);
  options.retry.max_attempts = 2;
  options.retry.base = std::chrono::milliseconds(10);
  return options;
}

inline Task<> open_and_close(Runtime& runtime, RedisOptions options) {
  const auto store = co_await open_redis_store(runtime, std::move(options));
  co_await store->close();
}

inline std::optional<Error> opening_error(const RedisOptions& options) {
  const auto error =
      sluice::test::error_of([&](Runtime& runtime) { return open_and_close(runtime, options); });
  if (error) CHECK(std::string_view(error->what()).find("hunter2") == std::string_view::npos);
  return error;
}

}  // namespace sluice::state::test
