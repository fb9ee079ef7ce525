#include "sluice/async/semaphore.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "sluice/async/bounded_queue.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

Task<> hold(Semaphore& semaphore, std::size_t units, Duration time, std::string name,
            std::vector<std::string>& order) {
  const auto permit = co_await semaphore.acquire(units);
  order.push_back(std::move(name));
  co_await sleep_for(time);
}

Task<> in_turn(Runtime& runtime) {
  Semaphore semaphore(runtime.executor(), 4);
  std::vector<std::string> order;
  TaskGroup group(runtime.executor());
  group.spawn(hold(semaphore, 3, 5ms, "first", order));
  group.spawn(hold(semaphore, 4, 1ms, "large", order));
  group.spawn(hold(semaphore, 1, 1ms, "small", order));
  co_await group.join();
  CHECK(order == std::vector<std::string>{"first", "large", "small"});
  CHECK(semaphore.available() == 4);
}

Task<> acquire_until(Semaphore& semaphore, std::size_t units) {
  co_await with_deadline(std::chrono::steady_clock::now() + 5ms, "acquire",
                         semaphore.acquire(units));
}

Task<> given_up(Runtime& runtime) {
  Semaphore semaphore(runtime.executor(), 2);
  auto held = co_await semaphore.acquire(1);
  std::optional<Error> failed;
  try {
    co_await acquire_until(semaphore, 2);
  } catch (const Error& error) {
    failed = error;
  }
  REQUIRE(failed);
  CHECK(failed->code() == ErrorCode::timeout);
  const auto other = co_await semaphore.acquire(1);  // the one that gave up holds nobody back
  held.release();
  CHECK(semaphore.available() == 1);
}

Task<> produce(BoundedQueue<int>& queue, int count) {
  for (int i = 0; i < count; ++i)
    co_await queue.push(i);
  queue.close();
}

Task<> through_a_queue(Runtime& runtime) {
  BoundedQueue<int> queue(runtime.executor(), 3);
  TaskGroup group(runtime.executor());
  group.spawn(produce(queue, 100));
  std::vector<int> got;
  for (;;) {
    const auto item = co_await queue.pop();
    if (!item) break;
    CHECK(queue.size() <= 3);
    got.push_back(*item);
  }
  co_await group.join();
  REQUIRE(got.size() == 100);
  for (int i = 0; i < 100; ++i)
    CHECK(got[static_cast<std::size_t>(i)] == i);
}

}  // namespace

TEST_CASE("Semaphore: a large request is served before a small one that came later") {
  test::run([](Runtime& runtime) { return in_turn(runtime); });
}

TEST_CASE("Semaphore: a request that is given up holds nobody back and keeps nothing") {
  test::run([](Runtime& runtime) { return given_up(runtime); });
}

TEST_CASE("BoundedQueue: everything pushed before close arrives, in order") {
  test::run([](Runtime& runtime) { return through_a_queue(runtime); });
}
