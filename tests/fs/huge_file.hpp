#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "fs/fs_actions.hpp"

namespace sluice::test {

/// Sizes and offsets beyond 32 bits: a sparse file of 5 GiB in `directory`, which is the root of
/// `fs`, is found and listed with its size, and read where something stands in it.
inline Task<> check_huge_file(FileSystem& fs, std::filesystem::path directory) {
  constexpr std::uint64_t four_gib = std::uint64_t{4} << 30U, size = std::uint64_t{5} << 30U;
  const std::string mark = "on both sides", tail = "the end";
  const std::filesystem::path path = directory / "huge";
  {
    std::ofstream out(path, std::ios::binary);
    out.seekp(static_cast<std::streamoff>(four_gib - 4));
    out << mark;
    out.seekp(static_cast<std::streamoff>(size - tail.size()));
    out << tail;
    REQUIRE(out.flush());
  }
  const auto found = co_await fs.find(OpContext{}, "huge", FindOptions{});
  REQUIRE(found);
  CHECK(found->size == size);
  const Walked walked = co_await walk_all(fs, "", WalkOptions{});
  REQUIRE(walked.files.size() == 1);
  CHECK(walked.files.front().size == size);
  const ReadOptions middle{.offset = four_gib - 4, .length = mark.size()};
  const std::string around = co_await read_text(fs, "huge", middle);
  CHECK(around == mark);
  const std::string end =
      co_await read_text(fs, "huge", ReadOptions{.offset = size - tail.size(), .known = found});
  CHECK(end == tail);
  std::filesystem::remove(path);
}

}  // namespace sluice::test
