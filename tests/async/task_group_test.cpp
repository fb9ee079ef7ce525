#include "sluice/async/task_group.hpp"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <thread>
#include <vector>

#include "sluice/async/concurrency.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/async/runtime.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

Task<> fail_after(Duration wait) {
  co_await sleep_for(wait);
  throw Error(ErrorCode::network, "child", "", "failed");
}

Task<> sleep_and_note(Duration wait, bool* cancelled_flag) {
  try {
    co_await sleep_for(wait);
  } catch (const Error& error) {
    *cancelled_flag = error.code() == ErrorCode::cancelled;
    throw;
  }
}

Task<> first_failure_wins(Runtime& runtime, bool* other_was_cancelled) {
  TaskGroup group(runtime.executor());
  group.spawn(sleep_and_note(10s, other_was_cancelled));
  group.spawn(fail_after(1ms));
  co_await group.join();
}

Task<> hold(Runtime& runtime, bool* flag) {
  TaskGroup group(runtime.executor());
  group.spawn(sleep_and_note(10s, flag));
  co_await group.join();
}

/// Lets the loop go round.
Task<> go_round(std::size_t turns) {
  const auto loop = co_await asio::this_coro::executor;
  for (std::size_t turn = 0; turn < turns; ++turn)
    co_await asio::post(loop, use_task);
}

Task<> join_children(Runtime& runtime, std::size_t turns_of_the_first) {
  TaskGroup group(runtime.executor());
  group.spawn(go_round(turns_of_the_first));
  bool ignored = false;
  group.spawn(sleep_and_note(10s, &ignored));
  co_await group.join();
}

Task<> work_on_some(Runtime&, std::size_t turns_of_the_first) {
  const std::vector<std::size_t> all = {turns_of_the_first, turns_of_the_first + 1, 100'000};
  const auto work = [](std::size_t turns) -> Task<> {
    if (turns < 1000) co_return co_await go_round(turns);
    co_await sleep_for(10s);
  };
  co_await for_each_of(2, all, work);
}

/// `times`: in a row, before it runs again.
Task<> cancel_after(Runtime& runtime, Task<> joining, std::size_t turns, int times) {
  TaskGroup outer(runtime.executor());
  outer.spawn(std::move(joining));
  co_await go_round(turns);
  for (int time = 0; time < times; ++time)
    outer.cancel();
  co_await outer.join();
}

}  // namespace

TEST_CASE(
    "TaskGroup: a joiner that is cancelled at any turn after a child's end joins the others") {
  constexpr std::size_t child_turns = 5, most_turns = 20;
  for (const auto joining : {join_children, work_on_some}) {
    for (std::size_t turns = 0; turns < most_turns; ++turns) {
      CAPTURE(turns);
      const auto begin = std::chrono::steady_clock::now();
      test::run([&](Runtime& runtime) {
        return cancel_after(runtime, joining(runtime, child_turns), turns, 1 + (turns % 2 == 0));
      });
      CHECK(std::chrono::steady_clock::now() - begin < 5s);
    }
  }
}

TEST_CASE("with_children: what the body throws ends the children, and is thrown") {
  bool cancelled_flag = false;
  const auto error = test::error_of([&](Runtime&) {
    return with_children([&](TaskGroup& group) -> Task<> {
      group.spawn(sleep_and_note(10s, &cancelled_flag));
      co_await fail_after(1ms);
    });
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::network);
  CHECK(cancelled_flag);
}

TEST_CASE("TaskGroup: the first failure cancels the others and is thrown by join") {
  bool cancelled_flag = false;
  const auto error = test::error_of(
      [&](Runtime& runtime) { return first_failure_wins(runtime, &cancelled_flag); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::network);
  CHECK(cancelled_flag);
}

TEST_CASE("TaskGroup: a deadline on the joining coroutine stops and joins the children") {
  bool cancelled_flag = false;
  const auto begin = std::chrono::steady_clock::now();
  const auto error = test::error_of([&](Runtime& runtime) {
    return with_deadline(std::chrono::steady_clock::now() + 20ms, "hold",
                         hold(runtime, &cancelled_flag));
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::timeout);
  CHECK(cancelled_flag);
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("offload: results and exceptions come back on the loop") {
  test::run([](Runtime& runtime) -> Task<> {
    const auto loop_thread = std::this_thread::get_id();
    auto other = [] { return std::this_thread::get_id(); };
    const auto worker = co_await offload(runtime.disk(), other);
    CHECK(worker != loop_thread);
    CHECK(std::this_thread::get_id() == loop_thread);
    auto failing = []() -> int { throw Error(ErrorCode::no_space, "write", "/x", "full"); };
    std::optional<Error> caught;
    try {
      co_await offload(runtime.disk(), failing);
    } catch (const Error& error) {
      caught = error;
    }
    REQUIRE(caught);
    CHECK(caught->code() == ErrorCode::no_space);
  });
}
