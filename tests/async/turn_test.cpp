#include "sluice/async/turn.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

void work_for(std::chrono::microseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) {
  }
}

Task<> work_in_turn(LoopTurn& turn, int number, std::vector<int>& order) {
  if (turn.over()) co_await turn.next();
  work_for(100us);
  order.push_back(number);
}

Task<> count_firings(const bool& done, int& firings) {
  while (!done) {
    co_await sleep_for(1ms);
    ++firings;
  }
}

}  // namespace

TEST_CASE("LoopTurn: is over when what ran in it took its time, and begins anew") {
  test::run([](Runtime& runtime) -> Task<> {
    LoopTurn& turn = runtime.turn();
    CHECK_FALSE(turn.over());
    work_for(600us);
    CHECK(turn.over());
    co_await turn.next();
    co_await sleep_for(1ms);
    CHECK_FALSE(turn.over());
  });
}

TEST_CASE("LoopTurn: timers are served while a crowd works, and who came first goes first") {
  test::run([](Runtime& runtime) -> Task<> {
    constexpr int crowd = 500;  // 50 ms of work that is ready at once
    std::vector<int> order;
    bool done = false;
    int firings = 0;
    TaskGroup group(runtime.executor());
    group.spawn(count_firings(done, firings));
    TaskGroup workers(runtime.executor());
    for (int i = 0; i < crowd; ++i)
      workers.spawn(work_in_turn(runtime.turn(), i, order));
    co_await workers.join();
    done = true;
    co_await group.join();
    CHECK(firings > 10);
    REQUIRE(order.size() == crowd);
    for (int i = 0; i < crowd; ++i)
      CHECK(order[static_cast<std::size_t>(i)] == i);
  });
}

TEST_CASE("LoopTurn: a wait for it can be cancelled") {
  test::run([](Runtime& runtime) -> Task<> {
    CHECK_FALSE(runtime.turn().over());
    work_for(600us);
    std::vector<int> order;
    TaskGroup group(runtime.executor());
    group.spawn(work_in_turn(runtime.turn(), 1, order));
    group.cancel();
    co_await group.join();
    CHECK(order.empty());
  });
}
