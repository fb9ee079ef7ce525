#include "sluice/async/child_process.hpp"

#include <doctest/doctest.h>

#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

ChildResult run_shell(const std::string& script, Duration limit = 10s) {
  ChildResult result;
  test::run([&](Runtime& runtime) -> Task<> {
    ChildOptions options;
    options.arguments = {"/bin/sh", "-c", script};
    options.output_limit = 1000;
    const OpContext context = runtime.context().shortened_to(
        std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(limit));
    result = co_await run_child(runtime, context, options);
  });
  return result;
}

}  // namespace

TEST_CASE("run_child: exit code, output and the end of a long stderr") {
  const ChildResult result = run_shell(
      "echo out; i=0; while [ $i -lt 2000 ]; do echo line $i >&2; i=$((i+1)); done; exit 3");
  CHECK(result.exit_code == 3);
  CHECK(result.standard_output == "out\n");
  CHECK(result.standard_error.size() == 1000);
  CHECK(result.standard_error.ends_with("line 1999\n"));
}

TEST_CASE("run_child: a signal is told apart from an exit code") {
  const ChildResult result = run_shell("kill -9 $$");
  CHECK_FALSE(result.exit_code);
  CHECK(result.signal == 9);
}

TEST_CASE("run_child: the deadline ends the whole group and is a timeout") {
  const auto begin = std::chrono::steady_clock::now();
  const auto error = test::error_of([](Runtime& runtime) -> Task<> {
    ChildOptions options;
    options.arguments = {"/bin/sh", "-c", "sleep 60 & sleep 60"};
    const OpContext context =
        runtime.context().shortened_to(std::chrono::steady_clock::now() + 50ms);
    co_await run_child(runtime, context, options);
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::timeout);
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

Task<> run_until_cancelled(Runtime& runtime, std::string script, std::optional<ErrorCode>* code) {
  ChildOptions options;
  options.arguments = {"/bin/sh", "-c", std::move(script)};
  options.grace = 100ms;
  try {
    co_await run_child(runtime, runtime.context(), options);
  } catch (const Error& error) {
    *code = error.code();
  }
}

TEST_CASE("run_child: cancelled, it is stopped and reaped before it returns") {
  for (const char* const script : {"sleep 60", "trap '' TERM; while :; do sleep 1; done"}) {
    std::optional<ErrorCode> code;
    const auto begin = std::chrono::steady_clock::now();
    test::run([&](Runtime& runtime) -> Task<> {
      TaskGroup group(runtime.executor());
      group.spawn(run_until_cancelled(runtime, script, &code));
      co_await sleep_for(100ms);
      group.cancel();
      co_await group.join();
    });
    CHECK(code == ErrorCode::cancelled);
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
  }
}

TEST_CASE("run_child: a program that does not exist is named") {
  const auto error = test::error_of([](Runtime& runtime) -> Task<> {
    ChildOptions options;
    options.arguments = {"no-such-program-of-sluice"};
    co_await run_child(runtime, runtime.context(), options);
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::not_found);
  CHECK(error->subject() == "no-such-program-of-sluice");
}
