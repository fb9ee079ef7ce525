#include "sluice/state/redis_store.hpp"

#include <doctest/doctest.h>

#include "integration/redis/redis_opening.hpp"
#include "integration/redis/redis_server.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "state/status_contract.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace sluice::state;
using namespace sluice::state::test;
using namespace std::chrono_literals;
using Values = std::vector<std::optional<std::string>>;

namespace {

OpenStore opening(const RedisServer& server) {
  return [url = server.url()](Runtime& runtime) { return open_empty(runtime, url); };
}

Task<Values> get(KeyValueStore& store, std::string key) {
  std::vector<std::string> keys{std::move(key)};
  co_return co_await store.get_many(std::move(keys));
}

Task<> put(KeyValueStore& store, std::string key, std::string value) {
  std::vector<KeyValue> pairs{{std::move(key), std::move(value)}};
  co_await store.put_many(std::move(pairs));
}

}  // namespace

TEST_CASE("RedisStore keeps the store contract") {
  const RedisServer server;
  check_store_contract(opening(server));
}

TEST_CASE("StoredStatusMemory keeps its contract in Redis") {
  const RedisServer server;
  check_status_contract(opening(server));
}

TEST_CASE("RedisStore: a wrong password, no password and a wrong database are told at once") {
  const RedisServer server({"--requirepass", "hunter2"});
  CHECK_FALSE(opening_error(impatient(server.url(0, ":hunter2@"))));
  auto error = opening_error(impatient(server.url(0, ":wrong@")));
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::unauthenticated);
  error = opening_error(impatient(server.url(0)));
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::unauthenticated);
  CHECK(error->subject() == server.url(0));
  error = opening_error(impatient(server.url(99, ":hunter2@")));
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::protocol);
}

namespace {

Task<> survives_a_restart(Runtime& runtime, RedisServer& server) {
  const auto store = co_await open_redis_store(runtime, parse_redis_url(server.url()));
  co_await put(*store, "k", "v");
  server.stop();
  server.start();
  const Values values = co_await get(*store, "k");
  CHECK(values == Values{"v"});
  co_await store->close();
}

Task<> asks_a_dead_server(Runtime& runtime, RedisServer& server) {
  const auto store = co_await open_redis_store(runtime, impatient(server.url()));
  server.stop();
  co_await get(*store, "k");
}

Task<> asks_a_silent_server(Runtime& runtime, RedisServer& server) {
  const auto store = co_await open_redis_store(runtime, impatient(server.url()));
  co_await put(*store, "k", "v");
  server.suspend();
  std::optional<Error> failed;
  const auto begin = std::chrono::steady_clock::now();
  try {
    co_await get(*store, "k");
  } catch (const Error& error) {
    failed = error;
  }
  server.resume();
  REQUIRE(failed);
  CHECK(failed->code() == ErrorCode::timeout);
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  // The late answer of the old connection must not be taken for the next one's.
  co_await put(*store, "k", "w");
  const Values values = co_await get(*store, "k");
  CHECK(values == Values{"w"});
}

Task<> get_briefly(KeyValueStore& store, int& stopped) {
  const SteadyTime end = std::chrono::steady_clock::now() + 20ms;
  try {
    co_await with_deadline(end, "get", get(store, "other"));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::timeout) ++stopped;
  }
}

Task<> is_whole_after_a_cancellation(Runtime& runtime, RedisServer& server) {
  const auto store = co_await open_redis_store(runtime, parse_redis_url(server.url()));
  co_await put(*store, "k", "v");
  server.suspend();
  int stopped = 0;
  co_await get_briefly(*store, stopped);
  server.resume();
  CHECK(stopped == 1);
  const Values values = co_await get(*store, "k");
  CHECK(values == Values{"v"});
}

Task<> get_own(KeyValueStore& store, int i, int& right) {
  const std::string key = "k" + std::to_string(i);
  co_await put(store, key, std::to_string(i));
  const Values values = co_await get(store, key);
  if (values == Values{std::to_string(i)}) ++right;
}

Task<> shares_its_connection(Runtime& runtime, RedisServer& server) {
  const auto store = co_await open_redis_store(runtime, parse_redis_url(server.url()));
  int right = 0;
  TaskGroup group(runtime.executor());
  for (int i = 0; i < 200; ++i)
    group.spawn(get_own(*store, i, right));
  co_await group.join();
  CHECK(right == 200);
}

Task<> overfills(Runtime& runtime, RedisServer& server) {
  const auto store = co_await open_redis_store(runtime, impatient(server.url()));
  co_await put(*store, "big", std::string(4 << 20, 'x'));
  std::vector<KeyValue> pairs{{"a", "1"}, {"b", "2"}};
  co_await store->put_many(std::move(pairs));
}

Task<> count_keys(Runtime& runtime, RedisServer& server, std::uint64_t& keys) {
  const auto store = co_await open_redis_store(runtime, parse_redis_url(server.url()));
  keys = co_await store->count("");
}

template <class Body>
std::optional<Error> error_with(RedisServer& server, Body body) {
  return sluice::test::error_of([&](Runtime& runtime) { return body(runtime, server); });
}

}  // namespace

TEST_CASE("RedisStore: a server that restarts is connected to again") {
  RedisServer server({"--appendonly", "yes", "--appendfsync", "always"});
  const auto error = error_with(server, survives_a_restart);
  CHECK_MESSAGE(!error, (error ? error->what() : ""));
}

TEST_CASE("RedisStore: a server that is gone is a network error that names it") {
  RedisServer server;
  const auto error = error_with(server, asks_a_dead_server);
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::network);
  CHECK(error->subject() == server.url());
}

TEST_CASE("RedisStore: a server that does not answer times out, and its late answer is not used") {
  RedisServer server;
  const auto error = error_with(server, asks_a_silent_server);
  CHECK_MESSAGE(!error, (error ? error->what() : ""));
}

TEST_CASE("RedisStore: a call that is cancelled does not spoil the next one") {
  RedisServer server;
  const auto error = error_with(server, is_whole_after_a_cancellation);
  CHECK_MESSAGE(!error, (error ? error->what() : ""));
}

TEST_CASE("RedisStore: concurrent calls each get their own answer") {
  RedisServer server;
  const auto error = error_with(server, shares_its_connection);
  CHECK_MESSAGE(!error, (error ? error->what() : ""));
}

TEST_CASE("RedisStore: a full server refuses the whole change") {
  RedisServer server({"--maxmemory", "3mb", "--maxmemory-policy", "noeviction"});
  const auto error = error_with(server, overfills);
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::no_space);
  std::uint64_t keys = 0;
  sluice::test::run([&](Runtime& runtime) { return count_keys(runtime, server, keys); });
  CHECK(keys <= 1);
}
