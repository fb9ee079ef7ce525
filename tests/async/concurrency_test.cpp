#include "sluice/async/concurrency.hpp"

#include <doctest/doctest.h>

#include <set>

#include "sluice/async/deadline.hpp"
#include "support/manual_clock.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

struct Load {
  int left;
  std::size_t running = 0, most = 0;
  std::set<int> seen;

  Task<std::optional<int>> next() {
    if (left == 0) co_return std::nullopt;
    co_return --left;
  }
  Task<> work(int item) {
    most = std::max(most, ++running);
    co_await sleep_for(1ms);
    seen.insert(item);
    --running;
    if (item == fail_at) throw Error(ErrorCode::integrity, "work", "", "broken");
  }
  int fail_at = -1;
};

Task<> run_load(Runtime& runtime, Load& load, std::size_t at_once) {
  AdaptiveLimit limit({.least = at_once, .start = at_once, .most = at_once},
                      runtime.shared_clock());
  auto next = [&load] { return load.next(); };
  auto work = [&load](int item) { return load.work(item); };
  co_await for_each_concurrent(limit, next, work);
}

}  // namespace

TEST_CASE("for_each_concurrent: every item once, never more at once than the limit") {
  Load load{.left = 100, .seen = {}};
  test::run([&load](Runtime& runtime) { return run_load(runtime, load, 7); });
  CHECK(load.seen.size() == 100);
  CHECK(load.most == 7);
}

TEST_CASE(
    "for_each_concurrent: a failure of the work stops the pulling and is thrown after all have "
    "ended") {
  Load load{.left = 100, .seen = {}, .fail_at = 90};
  const auto error =
      test::error_of([&load](Runtime& runtime) { return run_load(runtime, load, 5); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::integrity);
  CHECK(load.left > 50);
}

namespace {

/// Seconds in which of each hundred requests `refused` are refused, and every served one ends a
/// file.
void pass_seconds(AdaptiveLimit& limit, test::ManualClock& clock, int seconds, int refused) {
  for (int second = 0; second < seconds; ++second) {
    clock.advance(1s);
    for (int i = 0; i < 100; ++i) {
      if (i < refused) {
        limit.throttled();
      } else {
        limit.served();
        limit.finished(10'000 * limit.current());
      }
    }
  }
}

}  // namespace

TEST_CASE("AdaptiveLimit: grows with throughput up to its bound") {
  auto clock = std::make_shared<test::ManualClock>();
  AdaptiveLimit limit({.least = 2, .start = 16, .most = 32}, clock);
  pass_seconds(limit, *clock, 20, 0);
  CHECK(limit.current() == 32);
}

TEST_CASE("AdaptiveLimit: halves each second that everything is refused, and keeps to its bound") {
  auto clock = std::make_shared<test::ManualClock>();
  AdaptiveLimit limit({.least = 2, .start = 32, .most = 32}, clock);
  for (int i = 0; i < 50; ++i)
    limit.throttled();
  CHECK(limit.current() == 32);  // one burst: nothing is known yet of what is served
  clock->advance(1s);
  limit.throttled();
  CHECK(limit.current() == 16);
  for (int second = 0; second < 20; ++second) {
    clock->advance(1s);
    limit.throttled();
  }
  CHECK(limit.current() == 2);
}

TEST_CASE("AdaptiveLimit: a few refusals hardly slow it down") {
  auto clock = std::make_shared<test::ManualClock>();
  AdaptiveLimit limit({.least = 1, .start = 64, .most = 64}, clock);
  pass_seconds(limit, *clock, 60, 2);
  CHECK(limit.current() >= 60);
}

TEST_CASE("AdaptiveLimit: takes back what it gave up once the peer recovers") {
  auto clock = std::make_shared<test::ManualClock>();
  AdaptiveLimit limit({.least = 1, .start = 64, .most = 64}, clock);
  pass_seconds(limit, *clock, 10, 60);
  CHECK(limit.current() < 16);
  pass_seconds(limit, *clock, 60, 0);
  CHECK(limit.current() == 64);
}
