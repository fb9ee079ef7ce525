#include "flow/path_spill.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "sluice/async/task_group.hpp"
#include "support/run.hpp"

using namespace sluice;

namespace {

Task<> round_trip(Runtime& runtime, std::size_t memory_limit, int count) {
  PathSpill spill(runtime, "/tmp", memory_limit);
  const auto name = [](int i) {
    return "dir/" + std::string(static_cast<std::size_t>(i % 300), 'x') + std::to_string(i);
  };
  for (int i = 0; i < count; ++i)
    co_await spill.add(name(i));
  CHECK(spill.size() == static_cast<std::uint64_t>(count));
  int seen = 0;
  for (;;) {
    const auto paths = co_await spill.take(77);
    if (paths.empty()) break;
    for (const std::string& path : paths)
      CHECK(path == name(seen++));
  }
  CHECK(seen == count);
}

Task<> add_one(PathSpill& spill, std::string path) {
  co_await spill.add(std::move(path));
}

// All at once, as the copies of a sync do; each path must come back exactly once.
Task<> concurrent_adds(Runtime& runtime, std::size_t memory_limit, int count) {
  PathSpill spill(runtime, "/tmp", memory_limit);
  TaskGroup group(runtime.executor());
  std::set<std::string> added;
  for (int i = 0; i < count; ++i) {
    std::string path = std::string(static_cast<std::size_t>(i % 100), 'y') + std::to_string(i);
    added.insert(path);
    group.spawn(add_one(spill, std::move(path)));
  }
  co_await group.join();
  std::set<std::string> taken;
  for (;;) {
    const auto paths = co_await spill.take(1000);
    if (paths.empty()) break;
    for (const std::string& path : paths)
      CHECK(taken.insert(path).second);
  }
  CHECK(taken == added);
}

Task<> add_to_nowhere(Runtime& runtime) {
  PathSpill spill(runtime, "/nonexistent/directory", 1);
  co_await spill.add("lost?");
}

}  // namespace

TEST_CASE("PathSpill: gives back what was added, in order, from memory and from disk") {
  for (const std::size_t limit : {std::size_t{10'000'000}, std::size_t{1000}, std::size_t{1}}) {
    test::run([limit](Runtime& runtime) { return round_trip(runtime, limit, 3000); });
  }
  test::run([](Runtime& runtime) { return round_trip(runtime, 64 * 1024, 30'000); });
}

TEST_CASE("PathSpill: many add at the same time, and no path is lost or doubled") {
  for (const std::size_t limit : {std::size_t{1}, std::size_t{100}, std::size_t{5000}}) {
    test::run([limit](Runtime& runtime) { return concurrent_adds(runtime, limit, 5000); });
  }
}

TEST_CASE("PathSpill: a list that cannot be written is an error that names the place") {
  const auto error = test::error_of(add_to_nowhere);
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::not_found);
  CHECK(error->subject() == "/nonexistent/directory");
}
