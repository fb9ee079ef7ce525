#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "sluice/codec/date.hpp"

namespace {

using sluice::TimePoint;

void expect_same(std::optional<TimePoint> read, TimePoint time) {
  if (read != time) std::abort();
}

}  // namespace

// A date that is accepted, in any of the forms, is the same moment after being written and read
// again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice::codec;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (const auto time : {parse_iso8601(input), parse_epoch_seconds(input), parse_http_date(input),
                          parse_amz_date(input)}) {
    if (!time) continue;
    expect_same(parse_iso8601(format_iso8601(*time)), *time);
    expect_same(parse_epoch_seconds(format_epoch_seconds(*time)), *time);
    // A second earlier than this has begun before the first TimePoint.
    if (*time < TimePoint::min() + std::chrono::seconds(1)) continue;
    const TimePoint whole = std::chrono::floor<std::chrono::seconds>(*time);
    expect_same(parse_http_date(format_http_date(*time)), whole);
    expect_same(parse_amz_date(format_amz_date(*time)), whole);
  }
  return 0;
}
