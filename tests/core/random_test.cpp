#include "sluice/core/random.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <set>
#include <string>

namespace {

class Constant final : public sluice::RandomSource {
 public:
  explicit Constant(std::uint64_t value) : value_(value) {}
  std::uint64_t next() override { return value_; }

 private:
  std::uint64_t value_;
};

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

}  // namespace

TEST_CASE("random: a uuid has the form of version 4, variant 10") {
  CHECK(Constant(0).uuid() == "00000000-0000-4000-8000-000000000000");
  CHECK(Constant(most).uuid() == "ffffffff-ffff-4fff-bfff-ffffffffffff");
  CHECK(Constant(0x0123456789ABCDEF).uuid() == "01234567-89ab-4def-8123-456789abcdef");
}

TEST_CASE("random: hex ids have 16 digits") {
  CHECK(Constant(0).hex_id() == "0000000000000000");
  CHECK(Constant(0xABC).hex_id() == "0000000000000abc");
  CHECK(Constant(most).hex_id() == "ffffffffffffffff");
}

TEST_CASE("random: unit is at least 0 and below 1") {
  CHECK(Constant(0).unit() == 0.0);
  CHECK(Constant(most).unit() < 1.0);
  CHECK(Constant(std::uint64_t{1} << 63U).unit() == 0.5);
}

TEST_CASE("random: a seed repeats the run, the system's seed does not") {
  sluice::SeededRandom a(7), b(7), c(8);
  const std::string first = a.uuid();
  CHECK(first == b.uuid());
  CHECK(first != c.uuid());
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 8; ++i)
    seen.insert(sluice::SeededRandom().next());
  CHECK(seen.size() == 8);
}
