#include "sluice/async/bounded_queue.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

using Queue = BoundedQueue<std::unique_ptr<int>>;

Task<> push(Queue& queue, int value, std::vector<bool>& taken) {
  const bool was_taken = co_await queue.push(std::make_unique<int>(value));
  taken.push_back(was_taken);
}

Task<> pop(Queue& queue, std::vector<int>& got) {
  const auto item = co_await queue.pop();
  got.push_back(item ? **item : -1);
}

/// The children have run up to where they wait.
Task<> settle() {
  co_await sleep_for(1ms);
}

Task<> end(TaskGroup& group) {
  group.cancel();
  try {
    co_await group.join();
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::cancelled);
  }
}

Task<> produce(Queue& queue, int first, int& running) {
  for (int i = 0; i < 50; ++i)
    co_await queue.push(std::make_unique<int>(first + i));
  if (--running == 0) queue.close();
}

Task<> consume(Queue& queue, std::vector<int>& got) {
  for (;;) {
    const auto item = co_await queue.pop();
    if (!item) co_return;
    CHECK(queue.size() <= 2);
    got.push_back(**item);
    co_await settle();
  }
}

}  // namespace

TEST_CASE("BoundedQueue: a full queue makes the producer wait until there is room") {
  test::run([](Runtime& runtime) -> Task<> {
    Queue queue(runtime.executor(), 2);
    std::vector<bool> taken;
    TaskGroup group(runtime.executor());
    for (int i = 0; i < 3; ++i)
      group.spawn(push(queue, i, taken));
    co_await settle();
    CHECK(taken.size() == 2);
    const auto item = co_await queue.pop();
    CHECK(**item == 0);
    co_await group.join();
    CHECK(taken == std::vector<bool>{true, true, true});
    CHECK(queue.size() == 2);
  });
}

TEST_CASE("BoundedQueue: close lets what is queued be taken, and turns away what waits for room") {
  test::run([](Runtime& runtime) -> Task<> {
    Queue queue(runtime.executor(), 1);
    std::vector<bool> taken;
    TaskGroup group(runtime.executor());
    group.spawn(push(queue, 1, taken));
    group.spawn(push(queue, 2, taken));
    co_await settle();
    queue.close();
    co_await group.join();
    CHECK(taken == std::vector<bool>{true, false});
    const bool late = co_await queue.push(std::make_unique<int>(3));
    CHECK_FALSE(late);
    const auto item = co_await queue.pop();
    REQUIRE(item);
    CHECK(**item == 1);
    const auto none = co_await queue.pop();
    CHECK_FALSE(none);
  });
}

TEST_CASE("BoundedQueue: close wakes every consumer that waits") {
  test::run([](Runtime& runtime) -> Task<> {
    Queue queue(runtime.executor(), 1);
    std::vector<int> got;
    TaskGroup group(runtime.executor());
    for (int i = 0; i < 3; ++i)
      group.spawn(pop(queue, got));
    co_await settle();
    queue.close();
    co_await group.join();
    CHECK(got == std::vector<int>{-1, -1, -1});
  });
}

TEST_CASE("BoundedQueue: a consumer that was cancelled takes nothing with it") {
  test::run([](Runtime& runtime) -> Task<> {
    Queue queue(runtime.executor(), 1);
    std::vector<int> got;
    TaskGroup leaving(runtime.executor()), staying(runtime.executor());
    leaving.spawn(pop(queue, got));
    staying.spawn(pop(queue, got));
    co_await settle();
    co_await end(leaving);
    co_await queue.push(std::make_unique<int>(1));
    co_await staying.join();
    CHECK(got == std::vector<int>{1});
  });
}

TEST_CASE("BoundedQueue: a producer that was cancelled leaves nothing, and holds nobody back") {
  test::run([](Runtime& runtime) -> Task<> {
    Queue queue(runtime.executor(), 1);
    std::vector<bool> taken;
    co_await push(queue, 1, taken);
    TaskGroup leaving(runtime.executor()), staying(runtime.executor());
    leaving.spawn(push(queue, 2, taken));
    staying.spawn(push(queue, 3, taken));
    co_await settle();
    co_await end(leaving);
    auto item = co_await queue.pop();
    CHECK(**item == 1);
    co_await staying.join();
    item = co_await queue.pop();
    CHECK(**item == 3);
    CHECK(queue.size() == 0);
  });
}

TEST_CASE("BoundedQueue: many producers and consumers hand over every item once") {
  test::run([](Runtime& runtime) -> Task<> {
    Queue queue(runtime.executor(), 2);
    std::vector<int> got;
    int running = 4;
    TaskGroup group(runtime.executor());
    for (int i = 0; i < 4; ++i)
      group.spawn(produce(queue, i * 50, running));
    for (int i = 0; i < 3; ++i)
      group.spawn(consume(queue, got));
    co_await group.join();
    std::ranges::sort(got);
    REQUIRE(got.size() == 200);
    for (int i = 0; i < 200; ++i)
      CHECK(got[static_cast<std::size_t>(i)] == i);
  });
}
