#include "sluice/core/descriptors.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <fstream>
#include <string>

using namespace sluice;

namespace {

/// The size of the kernel's table.
std::size_t table_size() {
  std::ifstream status("/proc/self/status");
  std::size_t size = 0;
  for (std::string word; status >> word;) {
    if (word == "FDSize:") status >> size;
  }
  return size;
}

}  // namespace

TEST_CASE("descriptors: the limit is raised to what is asked for, and never lowered") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  REQUIRE(before.rlim_max >= 300);
  const rlimit low{.rlim_cur = 200, .rlim_max = before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &low) == 0);
  CHECK(allow_descriptors(100) == 200);
  CHECK(allow_descriptors(300) == 300);
  CHECK(allow_descriptors(before.rlim_max + 1) == before.rlim_max);
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
}

TEST_CASE("descriptors: room is made up to the limit") {
  rlimit limit{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
  REQUIRE(limit.rlim_cur >= 700);
  make_room_for_descriptors(0);
  make_room_for_descriptors(700);
  CHECK(table_size() >= 700);
  if (limit.rlim_cur < 1'000'000) make_room_for_descriptors(limit.rlim_cur + 1'000);
}
