#include "sluice/async/task_group.hpp"

#include <doctest/doctest.h>

#include <thread>

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

}  // namespace

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
