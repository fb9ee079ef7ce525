#include "flow/path_spill.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

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

}  // namespace

TEST_CASE("PathSpill: gives back what was added, in order, from memory and from disk") {
  for (const std::size_t limit : {std::size_t{10'000'000}, std::size_t{1000}, std::size_t{1}}) {
    test::run([limit](Runtime& runtime) { return round_trip(runtime, limit, 3000); });
  }
  test::run([](Runtime& runtime) { return round_trip(runtime, 64 * 1024, 30'000); });
}
