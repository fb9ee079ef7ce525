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

TEST_CASE("AdaptiveLimit: does not grow just after a cut, and a second burst cuts again") {
  World world({.least = 1, .start = 32, .most = 64});
  world.limit.throttled();
  world.limit.throttled();
  CHECK(world.limit.current() == 16);
  world.second(50'000'000);
  CHECK(world.limit.current() == 16);
  world.limit.throttled();
  CHECK(world.limit.current() == 8);
  world.second(1'000'000);
  world.second(60'000'000);
  CHECK(world.limit.current() == 10);
}
