#include <doctest/doctest.h>

#include "sluice/async/concurrency.hpp"
#include "support/manual_clock.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

struct World {
  std::shared_ptr<test::ManualClock> clock = std::make_shared<test::ManualClock>();
  AdaptiveLimit limit;

  explicit World(ConcurrencyBounds bounds) : limit(bounds, clock) {}

  /// One window in which that many bytes went through.
  void second(std::uint64_t bytes) {
    clock->advance(1s);
    limit.finished(bytes);
  }
};

}  // namespace

TEST_CASE("AdaptiveLimit: begins where it is told, between its bounds") {
  CHECK(World({.least = 2, .start = 5, .most = 9}).limit.current() == 5);
  CHECK(World({.least = 2, .start = 1, .most = 9}).limit.current() == 2);
  CHECK(World({.least = 2, .start = 50, .most = 9}).limit.current() == 9);
  CHECK(World({.least = 0, .start = 0, .most = 0}).limit.current() == 1);
  CHECK(World({.least = 8, .start = 1, .most = 4}).limit.current() == 8);
}

TEST_CASE("AdaptiveLimit: grows by a quarter a second while that brings more") {
  World world({.least = 1, .start = 16, .most = 64});
  world.second(10'000'000);
  CHECK(world.limit.current() == 20);
  world.second(12'000'000);
  CHECK(world.limit.current() == 25);
}

TEST_CASE("AdaptiveLimit: stays where more at once brings no more") {
  World world({.least = 1, .start = 16, .most = 64});
  world.second(10'000'000);
  for (int i = 0; i < 3; ++i)
    world.second(9'000'000);
  CHECK(world.limit.current() == 20);
}

TEST_CASE("AdaptiveLimit: the best of long ago fades, so that growth is tried again") {
  World world({.least = 1, .start = 16, .most = 64});
  world.second(100'000'000);
  const auto before = world.limit.current();
  for (int i = 0; i < 60; ++i)
    world.second(10'000'000);
  CHECK(world.limit.current() == before);
  world.second(12'000'000);
  CHECK(world.limit.current() > before);
}

TEST_CASE("AdaptiveLimit: many small files count as work, too") {
  World world({.least = 1, .start = 16, .most = 64});
  world.clock->advance(1s);
  for (int i = 0; i < 10; ++i)
    world.limit.finished(1);
  world.clock->advance(1s);
  const auto before = world.limit.current();
  for (int i = 0; i < 100; ++i)
    world.limit.finished(1);
  world.clock->advance(1s);
  world.limit.finished(1);
  CHECK(world.limit.current() > before);
}

namespace {

/// Seconds in which of each hundred requests `refused` are refused, and every served one ends a
/// file.
void pass_seconds(World& world, int seconds, int refused) {
  AdaptiveLimit& limit = world.limit;
  for (int second = 0; second < seconds; ++second) {
    world.clock->advance(1s);
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

TEST_CASE("AdaptiveLimit: halves each second that everything is refused, and keeps to its bound") {
  World world({.least = 2, .start = 32, .most = 32});
  for (int i = 0; i < 50; ++i)
    world.limit.throttled();
  CHECK(world.limit.current() == 32);  // one burst: nothing is known yet of what is served
  world.clock->advance(1s);
  world.limit.throttled();
  CHECK(world.limit.current() == 16);
  for (int second = 0; second < 20; ++second) {
    world.clock->advance(1s);
    world.limit.throttled();
  }
  CHECK(world.limit.current() == 2);
}

TEST_CASE("AdaptiveLimit: a few refusals hardly slow it down") {
  World world({.least = 1, .start = 64, .most = 64});
  pass_seconds(world, 60, 2);
  CHECK(world.limit.current() >= 60);
}

TEST_CASE("AdaptiveLimit: takes back what it gave up once the peer recovers") {
  World world({.least = 1, .start = 64, .most = 64});
  pass_seconds(world, 10, 60);
  CHECK(world.limit.current() < 16);
  pass_seconds(world, 60, 0);
  CHECK(world.limit.current() == 64);
}
