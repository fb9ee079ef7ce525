#include "state/iso_time.hpp"

#include <doctest/doctest.h>

#include "codec/random_input.hpp"
#include "sluice/codec/date.hpp"

using namespace sluice;

TEST_CASE("iso_time: writes and reads what the codec does, at any time") {
  codec::test::RandomInput random("iso_time");
  for (int round = 0; round < 20'000; ++round) {
    auto ticks = static_cast<std::int64_t>(random.next());
    if (round % 2 == 0)
      ticks = static_cast<std::int64_t>(random.below(4'200'000'000)) * 1'000'000'000;
    if (round % 6 == 0) ticks += static_cast<std::int64_t>(random.below(1000)) * 1'000'000;
    const TimePoint time{Duration(ticks)};
    std::string text;
    state::append_iso_time(text, time);
    CHECK(text == codec::format_iso8601(time));
    CHECK(state::parse_iso_time(text) == time);
  }
}

TEST_CASE("iso_time: agrees with the codec on damaged texts") {
  codec::test::RandomInput random("iso_time damaged");
  for (int round = 0; round < 20'000; ++round) {
    std::string text = "2024-02-29T23:59:59.123456789Z";
    if (round % 3 == 0) text = "2025-02-28T10:00:00Z";
    for (std::size_t changes = 1 + random.below(2); changes > 0; --changes)
      text[random.below(text.size())] = random.bytes_of("0123456789-:T.Z+ tz,", 1)[0];
    if (random.below(4) == 0) text.resize(random.below(text.size()));
    INFO(text);
    CHECK(state::parse_iso_time(text) == codec::parse_iso8601(text));
  }
}
