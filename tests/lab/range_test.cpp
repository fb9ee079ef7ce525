#include "s3/range.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice::lab;

namespace {

std::string answer(std::string_view field, std::uint64_t size) {
  const auto got = apply_range(field, size);
  if (got.kind == RangeKind::whole) return "whole";
  if (got.kind == RangeKind::unsatisfiable) return "unsatisfiable";
  return std::to_string(got.range.first) + "-" + std::to_string(got.range.last);
}

}  // namespace

TEST_CASE("a byte range is cut to the object") {
  CHECK(answer("bytes=0-0", 10) == "0-0");
  CHECK(answer("bytes=3-", 10) == "3-9");
  CHECK(answer("bytes=3-100", 10) == "3-9");
  CHECK(answer("bytes=-4", 10) == "6-9");
  CHECK(answer("bytes=-40", 10) == "0-9");
}

TEST_CASE("a range beyond the object cannot be satisfied") {
  CHECK(answer("bytes=10-", 10) == "unsatisfiable");
  CHECK(answer("bytes=-0", 10) == "unsatisfiable");
  CHECK(answer("bytes=0-", 0) == "unsatisfiable");
  CHECK(answer("bytes=-1", 0) == "unsatisfiable");
}

TEST_CASE("what is not one byte range means the whole") {
  for (const auto* field : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-4",
                            "bytes=1-2,4-5", "items=0-1", "bytes=1-x"})
    CHECK(answer(field, 10) == "whole");
}

TEST_CASE("a copy's range needs both ends") {
  CHECK(parse_closed_range("bytes=2-5")->length() == 4);
  for (const auto* field : {"bytes=2-", "bytes=-2", "bytes=5-2", "2-5", "bytes=2"})
    CHECK_FALSE(parse_closed_range(field));
}
