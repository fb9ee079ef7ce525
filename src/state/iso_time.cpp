#include "state/iso_time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include "sluice/codec/date.hpp"

namespace sluice::state {
namespace {

using namespace std::chrono;

constexpr std::size_t seconds_length = std::string_view("2025-05-28T10:00:00").size();
constexpr TimePoint fast_begin = sys_days(year(1970) / 1 / 1);
constexpr TimePoint fast_end = sys_days(year(2100) / 1 / 1);

void put(char* at, std::size_t digits, std::uint64_t value) {
  for (std::size_t i = digits; i-- > 0; value /= 10)
    at[i] = static_cast<char>('0' + value % 10);
}

/// The digits as a number, or -1.
int get(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

bool punctuated(std::string_view text) {
  return text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' &&
         text[16] == ':' && text.back() == 'Z';
}

/// The nanoseconds of ".5" and the like (1 to 9 digits), or -1.
std::int64_t fraction(std::string_view text) {
  if (text.empty()) return 0;
  const std::size_t digits = text.size() - 1;
  if (text[0] != '.' || digits == 0 || digits > 9) return -1;
  std::int64_t value = get(text, 1, digits);
  for (std::size_t i = digits; value > 0 && i < 9; ++i)
    value *= 10;
  return value;
}

/// nullopt: not of the common form.
std::optional<TimePoint> parse_common(std::string_view text) {
  if (text.size() <= seconds_length || !punctuated(text)) return std::nullopt;
  const int y = get(text, 0, 4), mo = get(text, 5, 2), d = get(text, 8, 2);
  const int h = get(text, 11, 2), mi = get(text, 14, 2), s = get(text, 17, 2);
  if (y < 1970 || y > 2099 || mo < 1 || d < 1 || h < 0 || h > 23) return std::nullopt;
  if (mi < 0 || mi > 59 || s < 0 || s > 59) return std::nullopt;
  const year_month_day date(year(y), month(static_cast<unsigned>(mo)),
                            day(static_cast<unsigned>(d)));
  const std::int64_t rest = fraction(text.substr(seconds_length, text.size() - seconds_length - 1));
  if (!date.ok() || rest < 0) return std::nullopt;
  return TimePoint(sys_days(date)) + hours(h) + minutes(mi) + seconds(s) + nanoseconds(rest);
}

}  // namespace

void append_iso_time(std::string& out, TimePoint time) {
  if (time < fast_begin || time >= fast_end) {
    out += codec::format_iso8601(time);
    return;
  }
  const auto midnight = floor<days>(time);
  const year_month_day date(midnight);
  const auto in_day = static_cast<std::uint64_t>((time - midnight).count());
  const std::uint64_t second = in_day / 1'000'000'000, nanosecond = in_day % 1'000'000'000;
  std::array<char, 31> text{"0000-00-00T00:00:00.000000000Z"};
  put(&text[0], 4, static_cast<std::uint64_t>(static_cast<int>(date.year())));
  put(&text[5], 2, static_cast<unsigned>(date.month()));
  put(&text[8], 2, static_cast<unsigned>(date.day()));
  put(&text[11], 2, second / 3600);
  put(&text[14], 2, second / 60 % 60);
  put(&text[17], 2, second % 60);
  std::size_t length = seconds_length;
  if (nanosecond != 0) {
    put(&text[20], 9, nanosecond);
    for (length = seconds_length + 10; text[length - 1] == '0';)
      --length;
  }
  text[length++] = 'Z';
  out.append(text.data(), length);
}

std::optional<TimePoint> parse_iso_time(std::string_view text) {
  if (auto common = parse_common(text)) return common;
  return codec::parse_iso8601(text);
}

}  // namespace sluice::state
