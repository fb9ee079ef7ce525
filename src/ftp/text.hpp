#pragma once

#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>

#include "sluice/core/time.hpp"

namespace sluice::ftp {

/// All of the text as a decimal number; nullopt if it is none, or too large.
template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const char* const last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, number);
  if (text.empty() || text.front() == '-' || failed != std::errc() || end != last)
    return std::nullopt;
  return number;
}

inline std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' '))
    text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\r'))
    text.remove_suffix(1);
  return text;
}

struct CivilTime {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

/// As UTC; nullopt for what no calendar has. A leap second is the second before.
inline std::optional<TimePoint> time_of(const CivilTime& civil) {
  const std::chrono::year_month_day date{std::chrono::year(civil.year),
                                         std::chrono::month(static_cast<unsigned>(civil.month)),
                                         std::chrono::day(static_cast<unsigned>(civil.day))};
  if (!date.ok() || civil.year < 1678 || civil.year > 2261) return std::nullopt;
  if (civil.hour < 0 || civil.hour > 23 || civil.minute < 0 || civil.minute > 59 ||
      civil.second < 0 || civil.second > 60)
    return std::nullopt;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(civil.hour) +
         std::chrono::minutes(civil.minute) + std::chrono::seconds(std::min(civil.second, 59));
}

}  // namespace sluice::ftp
