#include "sluice/async/watchdog.hpp"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <ctime>
#include <thread>
#include <vector>

using namespace sluice;
using namespace std::chrono_literals;

namespace {

Duration cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

void burn(Duration much) {
  const Duration begin = cpu_time();
  while (cpu_time() - begin < much) {
  }
}

struct Watched {
  asio::io_context loop{1};
  std::vector<Duration> stalls;

  std::size_t run(Duration budget) {
    return run_watched(loop, budget, [this](Duration held) { stalls.push_back(held); });
  }
};

}  // namespace

TEST_CASE("loop watchdog: a handler over the budget is reported once, with the time it took") {
  Watched watched;
  asio::post(watched.loop, [] {});
  asio::post(watched.loop, [] { burn(60ms); });
  asio::post(watched.loop, [] {});
  CHECK(watched.run(30ms) == 3);
  REQUIRE(watched.stalls.size() == 1);
  CHECK(watched.stalls[0] >= 60ms);
}

TEST_CASE("loop watchdog: each handler is measured by itself") {
  Watched watched;
  for (int i = 0; i < 20; ++i)
    asio::post(watched.loop, [] { burn(5ms); });
  CHECK(watched.run(60ms) == 20);
  CHECK(watched.stalls.empty());
}

TEST_CASE("loop watchdog: waiting is not holding, in a handler or between two") {
  Watched watched;
  asio::post(watched.loop, [] { std::this_thread::sleep_for(60ms); });
  std::thread later([&, work = asio::make_work_guard(watched.loop)] {
    std::this_thread::sleep_for(120ms);
    asio::post(watched.loop, [] {});
  });
  CHECK(watched.run(30ms) == 2);
  later.join();
  CHECK(watched.stalls.empty());
}

TEST_CASE("loop watchdog: what a handler throws comes out, as from run()") {
  Watched watched;
  asio::post(watched.loop, [] { throw 7; });
  CHECK_THROWS_AS(watched.run(30ms), int);
}
