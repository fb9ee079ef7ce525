#include "sluice/async/offload.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <future>
#include <memory>
#include <thread>
#include <vector>

#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

Task<> note_number(Lane& lane, int number, std::vector<int>& order) {
  auto job = [number, &order] { order.push_back(number); };
  co_await offload(lane, job);
}

/// A job that holds its lane until it is told to go on.
struct Gate {
  std::promise<void> opened;
  std::shared_future<void> open = opened.get_future().share();
  std::atomic<bool> entered = false, left = false;

  auto job() {
    return [this] {
      entered = true;
      open.wait();
      left = true;
    };
  }
  Task<> until_entered() {
    for (int i = 0; i < 10'000 && !entered; ++i)
      co_await sleep_for(1ms);
    REQUIRE(entered);
  }
};

Task<> pass(Lane& lane, Gate& gate) {
  co_await offload(lane, gate.job());
}

Task<> note_failure(Task<> task, std::optional<ErrorCode>& code, bool& ended) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    code = error.code();
  }
  ended = true;
}

}  // namespace

TEST_CASE("offload: jobs of one lane run in the order in which they came") {
  test::run([](Runtime& runtime) -> Task<> {
    std::vector<int> order;
    TaskGroup group(runtime.executor());
    for (int i = 0; i < 200; ++i)
      group.spawn(note_number(runtime.disk(), i, order));
    co_await group.join();
    REQUIRE(order.size() == 200);
    for (int i = 0; i < 200; ++i)
      CHECK(order[static_cast<std::size_t>(i)] == i);
  });
}

TEST_CASE("offload: a lane that hangs holds neither the loop nor the other lanes") {
  test::run([](Runtime& runtime) -> Task<> {
    Gate gate;
    TaskGroup group(runtime.executor());
    group.spawn(pass(runtime.disk(), gate));
    co_await gate.until_entered();
    auto answer = [] { return 42; };
    const int other = co_await offload(runtime.database(), answer);
    CHECK(other == 42);
    CHECK_FALSE(gate.left);
    gate.opened.set_value();
    co_await group.join();
    CHECK(gate.left);
  });
}

TEST_CASE("offload: a job that runs is waited for, though its caller was cancelled") {
  test::run([](Runtime& runtime) -> Task<> {
    Gate gate;
    std::optional<ErrorCode> code;
    bool ended = false;
    TaskGroup group(runtime.executor());
    group.spawn(note_failure(pass(runtime.disk(), gate), code, ended));
    co_await gate.until_entered();
    group.cancel();
    co_await sleep_for(20ms);
    CHECK_FALSE(ended);
    gate.opened.set_value();
    std::optional<Error> cancelled_group;
    try {
      co_await group.join();
    } catch (const Error& error) {
      cancelled_group = error;
    }
    CHECK(ended);
    CHECK(gate.left);
  });
}

TEST_CASE("offload: beyond its bound, callers wait, and may be cancelled before their job began") {
  test::run([](Runtime& runtime) -> Task<> {
    LaneThread thread("sluice-test");
    Lane lane(runtime.executor(), thread, 1);
    Gate gate;
    std::vector<int> order;
    TaskGroup first(runtime.executor()), second(runtime.executor());
    first.spawn(pass(lane, gate));
    co_await gate.until_entered();
    std::optional<ErrorCode> code;
    bool ended = false;
    second.spawn(note_failure(note_number(lane, 1, order), code, ended));
    CHECK(lane.places().available() == 0);
    second.cancel();
    try {
      co_await second.join();
    } catch (const Error&) {
    }
    CHECK(ended);
    CHECK(code == ErrorCode::cancelled);
    gate.opened.set_value();
    co_await first.join();
    co_await note_number(lane, 2, order);
    CHECK(order == std::vector<int>{2});
  });
}

TEST_CASE("offload: what a job holds is destroyed on the loop, also when it throws") {
  test::run([](Runtime& runtime) -> Task<> {
    const auto loop_thread = std::this_thread::get_id();
    for (const bool throwing : {false, true}) {
      std::thread::id destroyed_on;
      std::shared_ptr<int> held(new int(1), [&](const int* number) {
        destroyed_on = std::this_thread::get_id();
        delete number;
      });
      auto job = [held = std::move(held), throwing] {
        if (throwing) throw Error(ErrorCode::internal, "job", "", "thrown");
      };
      try {
        co_await offload(runtime.cpu(), std::move(job));
      } catch (const Error&) {
        CHECK(throwing);
      }
      CHECK(destroyed_on == loop_thread);
    }
  });
}

TEST_CASE("LaneThread: its end finishes what is queued") {
  struct Count final : LaneJob {
    explicit Count(std::atomic<int>& number) : counted(number) {}
    void run() noexcept override { ++counted; }
    std::atomic<int>& counted;
  };
  std::atomic<int> counted = 0;
  {
    LaneThread thread("sluice-test");
    for (int i = 0; i < 500; ++i)
      thread.submit(std::make_unique<Count>(counted));
  }
  CHECK(counted == 500);
}

TEST_CASE("offload: runtimes may share their threads") {
  const auto threads = std::make_shared<LaneThreads>();
  RuntimeOptions options;
  options.threads = threads;
  std::thread::id first, second;
  auto whose = [](std::thread::id& id) {
    return [&id](Runtime& runtime) -> Task<> {
      auto job = [] { return std::this_thread::get_id(); };
      id = co_await offload(runtime.disk(), job);
    };
  };
  test::run(whose(first), options);
  test::run(whose(second), options);
  CHECK(first == second);
  CHECK(first != std::this_thread::get_id());
}
