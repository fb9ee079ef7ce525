#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sluice/core/time.hpp"

namespace sluice::codec {

/// A moment as a text states it, not yet checked.
struct DateFields {
  int year = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
  std::int64_t nanoseconds = 0;
  std::chrono::minutes offset{0};  ///< What local time is ahead of UTC.
};

/// The moment, if the fields name one; a moment past TimePoint's range becomes its last one
/// (date.hpp).
std::optional<TimePoint> time_of(const DateFields& fields);

/// `nanoseconds` after `seconds`; nullopt outside TimePoint's range.
std::optional<TimePoint> time_from_epoch(std::int64_t seconds, std::int64_t nanoseconds);

inline constexpr std::array<std::string_view, 12> month_names = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Reads a text from its front. A read that fails leaves the cursor failed, and so do all that
/// follow: check once.
class DateCursor {
 public:
  explicit DateCursor(std::string_view text) : rest_(text) {}

  bool literal(std::string_view expected);  ///< Takes it if it comes next; never fails.
  void expect(std::string_view expected);   ///< Fails if it does not come next.
  int number(std::size_t digits);           ///< Exactly so many digits (9 at most).
  std::int64_t fraction();  ///< One digit or more, as nanoseconds; the rest is dropped.
  unsigned index_of_name(std::span<const std::string_view> names);  ///< 0 for the first.
  void clock_time(DateFields& fields);                              ///< "08:49:37".

  bool done() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace sluice::codec
