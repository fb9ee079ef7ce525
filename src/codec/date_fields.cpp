#include "codec/date_fields.hpp"

#include <algorithm>

namespace sluice::codec {
namespace {

constexpr std::int64_t nanoseconds_a_second = 1'000'000'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_clock_time(const DateFields& fields) {
  return fields.hour >= 0 && fields.hour < 24 && fields.minute >= 0 && fields.minute < 60 &&
         fields.second >= 0 && fields.second <= 60;
}

}  // namespace

std::optional<TimePoint> time_from_epoch(std::int64_t seconds, std::int64_t nanoseconds) {
  if (seconds < 0) {  // rounds towards zero first, so that TimePoint's very first moment does not
                      // overflow on the way
    seconds += 1;
    nanoseconds -= nanoseconds_a_second;
  }
  std::int64_t count = 0;
  if (__builtin_mul_overflow(seconds, nanoseconds_a_second, &count)) return std::nullopt;
  if (__builtin_add_overflow(count, nanoseconds, &count)) return std::nullopt;
  return TimePoint(Duration(count));
}

std::optional<TimePoint> time_of(const DateFields& fields) {
  using namespace std::chrono;
  const year_month_day date(year(fields.year), month(fields.month), day(fields.day));
  if (!date.ok() || !is_clock_time(fields)) return std::nullopt;
  const bool leap = fields.second == 60;
  const sys_seconds moment = sys_days(date) + hours(fields.hour) + minutes(fields.minute) +
                             seconds(leap ? 59 : fields.second) - fields.offset;
  // Leap seconds are inserted only at the end of a day in UTC.
  if (leap && moment - floor<days>(moment) != days(1) - seconds(1)) return std::nullopt;
  const auto time = time_from_epoch(moment.time_since_epoch().count(), fields.nanoseconds);
  if (!time && moment.time_since_epoch().count() > 0) return TimePoint::max();
  return time;
}

bool DateCursor::literal(std::string_view expected) {
  if (failed_ || !rest_.starts_with(expected)) return false;
  rest_.remove_prefix(expected.size());
  return true;
}

void DateCursor::expect(std::string_view expected) {
  if (!literal(expected)) failed_ = true;
}

int DateCursor::number(std::size_t digits) {
  const std::string_view text = rest_.substr(0, digits);
  failed_ = failed_ || text.size() != digits || !std::ranges::all_of(text, is_digit);
  if (failed_) return 0;
  rest_.remove_prefix(digits);
  int value = 0;
  for (const char c : text)
    value = value * 10 + (c - '0');
  return value;
}

std::int64_t DateCursor::fraction() {
  failed_ = failed_ || rest_.empty() || !is_digit(rest_.front());
  std::int64_t value = 0;
  std::int64_t weight = nanoseconds_a_second;
  for (; !failed_ && !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1)) {
    weight /= 10;
    value += weight * (rest_.front() - '0');
  }
  return value;
}

unsigned DateCursor::index_of_name(std::span<const std::string_view> names) {
  for (unsigned index = 0; index < names.size(); ++index) {
    if (literal(names[index])) return index;
  }
  failed_ = true;
  return 0;
}

void DateCursor::clock_time(DateFields& fields) {
  fields.hour = number(2);
  expect(":");
  fields.minute = number(2);
  expect(":");
  fields.second = number(2);
}

}  // namespace sluice::codec
