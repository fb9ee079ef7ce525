#include "sluice/async/deadline.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "sluice/async/offload.hpp"
#include "sluice/async/task_group.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

SteadyTime in(Duration time) {
  return std::chrono::steady_clock::now() + time;
}

template <class T>
Task<std::optional<Error>> error_when_awaited(Task<T> task) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    co_return error;
  }
  co_return std::nullopt;
}

Task<int> seven_after(Duration wait) {
  co_await sleep_for(wait);
  co_return 7;
}

Task<> failing_after(Duration wait) {
  co_await sleep_for(wait);
  throw Error(ErrorCode::integrity, "work", "x", "broken");
}

/// Sleeps; when cancelled, goes on for a moment before it ends, as a clean-up does.
Task<> slow_to_end(bool& ended) {
  std::exception_ptr thrown;
  try {
    co_await sleep_for(60s);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await sleep_for(20ms);
  ended = true;
  if (thrown) std::rethrow_exception(thrown);
}

/// Ends well although it was cancelled.
Task<> deaf() {
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await sleep_for(30ms);
}

Task<> note_code(Task<> task, std::optional<ErrorCode>& code) {
  const auto error = co_await error_when_awaited(std::move(task));
  if (error) code = error->code();
}

}  // namespace

TEST_CASE("with_deadline: what ends in time gives its result, or throws what it throws") {
  test::run([](Runtime&) -> Task<> {
    const int value = co_await with_deadline(in(60s), "seven", seven_after(1ms));
    CHECK(value == 7);
    const auto error =
        co_await error_when_awaited(with_deadline(in(60s), "work", failing_after(1ms)));
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::integrity);
    CHECK(error->subject() == "x");
  });
}

TEST_CASE("with_deadline: what takes too long is cancelled, waited for, and a timeout by name") {
  test::run([](Runtime&) -> Task<> {
    bool ended = false;
    const auto error =
        co_await error_when_awaited(with_deadline(in(5ms), "the operation", slow_to_end(ended)));
    CHECK(ended);
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::timeout);
    CHECK(error->operation() == "the operation");
    CHECK(error->retryable());
  });
}

TEST_CASE("with_deadline: a moment that is past cancels at the first wait") {
  test::run([](Runtime&) -> Task<> {
    const auto error =
        co_await error_when_awaited(with_deadline(in(-1s), "late", seven_after(60s)));
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::timeout);
  });
}

TEST_CASE("with_deadline: what ends well, but too late, is a timeout all the same") {
  test::run([](Runtime&) -> Task<> {
    const auto error = co_await error_when_awaited(with_deadline(in(5ms), "late", deaf()));
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::timeout);
  });
}

TEST_CASE("with_deadline: a cancellation from above is a cancellation, not a timeout") {
  test::run([](Runtime& runtime) -> Task<> {
    std::optional<ErrorCode> code;
    TaskGroup group(runtime.executor());
    group.spawn(note_code(with_deadline(in(60s), "work", sleep_for(60s)), code));
    co_await sleep_for(5ms);
    group.cancel();
    co_await error_when_awaited(group.join());
    CHECK(code == ErrorCode::cancelled);
  });
}

TEST_CASE("with_deadline: the inner of two deadlines may be the shorter, and the outer") {
  test::run([](Runtime&) -> Task<> {
    auto error = co_await error_when_awaited(
        with_deadline(in(60s), "outer", with_deadline(in(5ms), "inner", sleep_for(60s))));
    REQUIRE(error);
    CHECK(error->operation() == "inner");
    error = co_await error_when_awaited(
        with_deadline(in(5ms), "outer", with_deadline(in(60s), "inner", sleep_for(60s))));
    REQUIRE(error);
    CHECK(error->operation() == "outer");
  });
}

TEST_CASE("sleep_for: sleeps as long as asked, not at all for a time that is past") {
  test::run([](Runtime&) -> Task<> {
    auto begin = std::chrono::steady_clock::now();
    co_await sleep_for(20ms);
    CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
    begin = std::chrono::steady_clock::now();
    co_await sleep_for(-1h);
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
  });
}
