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
