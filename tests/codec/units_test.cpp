#include "sluice/codec/units.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "codec/random_input.hpp"

namespace sluice::codec {

using namespace std::chrono_literals;

TEST_CASE("sizes are read in binary units") {
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("123") == 123);
  CHECK(parse_size("7b") == 7);
  CHECK(parse_size("10k") == 10240);
  CHECK(parse_size("1.5M") == 1572864);
  CHECK(parse_size("2GiB") == 2147483648);
  CHECK(parse_size("8MB") == 8388608);
  CHECK(parse_size("1ki") == 1024);
  CHECK(parse_size("1T") == std::uint64_t{1} << 40U);
  CHECK(parse_size("1p") == std::uint64_t{1} << 50U);
  CHECK(parse_size("15E") == std::uint64_t{15} << 60U);
  CHECK(parse_size("0.0001k") == 0);
  CHECK(parse_size("1844674407370955160") == 1844674407370955160U);
  CHECK(parse_size("15.999999999999999E") == 18446744073709550463U);
}

TEST_CASE("sizes that are none are refused") {
  const char* const malformed[] = {"",
                                   "k",
                                   "-1",
                                   "+1",
                                   "1 k",
                                   " 1",
                                   "1.",
                                   ".5",
                                   "1..5",
                                   "1.5.5",
                                   "1e3",
                                   "1kk",
                                   "1bb",
                                   "1ib",
                                   "1i",
                                   "0x10",
                                   "1kbi",
                                   "16E",
                                   "99999999999999999999",
                                   "1,5k",
                                   "ten"};
  for (const char* text : malformed) {
    CAPTURE(text);
    CHECK_FALSE(parse_size(text).has_value());
  }
}

TEST_CASE("sizes are written with one digit after the point at most") {
  CHECK(format_size(0) == "0 B");
  CHECK(format_size(1023) == "1023 B");
  CHECK(format_size(1024) == "1 KiB");
  CHECK(format_size(1536) == "1.5 KiB");
  CHECK(format_size(1610612736) == "1.5 GiB");
  CHECK(format_size(1048575) == "1 MiB");
  CHECK(format_size(UINT64_MAX) == "16 EiB");
}

TEST_CASE("durations are read in units that grow smaller") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("10s") == 10s);
  CHECK(parse_duration("10") == 10s);
  CHECK(parse_duration("0.25") == 250ms);
  CHECK(parse_duration("1.5h") == 90min);
  CHECK(parse_duration("2d") == 48h);
  CHECK(parse_duration("1w") == 168h);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("1w2d3h4m5s6ms7us8ns") == 168h + 51h + 4min + 5s + 6ms + 7us + 8ns);
  CHECK(parse_duration("0s") == 0s);
  CHECK(parse_duration("9223372036.854775807") == Duration::max());
}

TEST_CASE("durations that are none are refused") {
  const char* const malformed[] = {"",       "s",
                                   "-1s",    "1 s",
                                   "1h30",   "30m1h",
                                   "1m1m",   "1M",
                                   "1S",     "1min",
                                   "1.s",    ".5s",
                                   "1hh",    "1y",
                                   "1h 30m", "inf",
                                   "1e3s",   "9223372036.854775808",
                                   "15251w", "15250w9999999999s"};
  for (const char* text : malformed) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("durations are written in the units that fit") {
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(999ns) == "999ns");
  CHECK(format_duration(1500ns) == "1.5us");
  CHECK(format_duration(120ms) == "120ms");
  CHECK(format_duration(999960us) == "1s");
  CHECK(format_duration(4500ms) == "4.5s");
  CHECK(format_duration(59949ms) == "59.9s");
  CHECK(format_duration(59951ms) == "1m00s");
  CHECK(format_duration(1h + 2min + 3s) == "1h02m03s");
  CHECK(format_duration(51h + 4min + 5s) == "2d03h04m05s");
  CHECK(format_duration(-4500ms) == "-4.5s");
  CHECK(format_duration(Duration::min()) == "-106751d23h47m17s");
}

TEST_CASE("what is written is read back to within its rounding") {
  test::RandomInput random("units");
  for (int round = 0; round < 3000; ++round) {
    const std::uint64_t number = random.next() >> (1 + random.below(63));
    CAPTURE(number);
    std::string text = format_size(number);
    text.erase(text.find(' '), 1);
    const auto size = parse_size(text);
    REQUIRE(size);
    CHECK(static_cast<double>(*size) ==
          doctest::Approx(static_cast<double>(number)).epsilon(0.051));
    const auto duration = parse_duration(format_duration(Duration(number)));
    REQUIRE(duration);
    CHECK(static_cast<double>(duration->count()) ==
          doctest::Approx(static_cast<double>(number)).epsilon(0.051));
  }
}

}  // namespace sluice::codec
