#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "sluice/core/time.hpp"

namespace sluice::codec {

/// A moment taken apart in UTC.
class Calendar {
 public:
  explicit Calendar(TimePoint time)
      : days_(std::chrono::floor<std::chrono::days>(time)),
        date_(days_),
        clock_(since_midnight(time)) {}

  int year() const { return static_cast<int>(date_.year()); }
  unsigned month() const { return static_cast<unsigned>(date_.month()); }
  unsigned day() const { return static_cast<unsigned>(date_.day()); }
  unsigned weekday() const { return std::chrono::weekday(days_).c_encoding(); }  ///< 0 is Sunday.
  long hour() const { return clock_.hours().count(); }
  long minute() const { return clock_.minutes().count(); }
  long second() const { return clock_.seconds().count(); }
  std::uint64_t nanosecond() const {
    return static_cast<std::uint64_t>(clock_.subseconds().count());
  }

 private:
  // By remainder: TimePoint's first day has a midnight that TimePoint cannot hold, so `time -
  // midnight` would overflow.
  static Duration since_midnight(TimePoint time) {
    const Duration rest = time.time_since_epoch() % std::chrono::days(1);
    return rest < Duration(0) ? rest + std::chrono::days(1) : rest;
  }

  std::chrono::sys_days days_;
  std::chrono::year_month_day date_;
  std::chrono::hh_mm_ss<Duration> clock_;
};

/// ".5" for half a second, "" for none: at most nine digits, without trailing zeros.
std::string fraction_text(std::uint64_t nanoseconds);

}  // namespace sluice::codec
