#include <fmt/format.h>

#include "codec/calendar.hpp"
#include "codec/date_fields.hpp"
#include "sluice/codec/date.hpp"

namespace sluice::codec {
namespace {

constexpr std::array<std::string_view, 7> short_days = {"Sun", "Mon", "Tue", "Wed",
                                                        "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> long_days = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

unsigned month_number(DateCursor& cursor) {
  return cursor.index_of_name(month_names) + 1;
}

std::optional<TimePoint> time_if_done(const DateCursor& cursor, const DateFields& fields) {
  return cursor.done() ? time_of(fields) : std::nullopt;
}

/// How the two forms with a comma differ.
struct CommaForm {
  std::span<const std::string_view> days;
  std::string_view separator;
  std::size_t year_digits;
};

// RFC 9110 section 5.6.7: IMF-fixdate, and the obsolete form of RFC 850.
constexpr CommaForm imf_fixdate{.days = short_days, .separator = " ", .year_digits = 4};
constexpr CommaForm rfc850_date{.days = long_days, .separator = "-", .year_digits = 2};

int full_year(int year, const CommaForm& form) {
  if (form.year_digits == 4) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}

// "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<TimePoint> parse_comma_date(std::string_view text, const CommaForm& form) {
  DateCursor cursor(text);
  DateFields fields;
  cursor.index_of_name(form.days);
  cursor.expect(", ");
  fields.day = static_cast<unsigned>(cursor.number(2));
  cursor.expect(form.separator);
  fields.month = month_number(cursor);
  cursor.expect(form.separator);
  fields.year = full_year(cursor.number(form.year_digits), form);
  cursor.expect(" ");
  cursor.clock_time(fields);
  cursor.expect(" GMT");
  return time_if_done(cursor, fields);
}

// "Sun Nov  6 08:49:37 1994"
std::optional<TimePoint> parse_asctime_date(std::string_view text) {
  DateCursor cursor(text);
  DateFields fields;
  cursor.index_of_name(short_days);
  cursor.expect(" ");
  fields.month = month_number(cursor);
  cursor.expect(" ");
  fields.day = static_cast<unsigned>(cursor.number(cursor.literal(" ") ? 1 : 2));
  cursor.expect(" ");
  cursor.clock_time(fields);
  cursor.expect(" ");
  fields.year = cursor.number(4);
  return time_if_done(cursor, fields);
}

}  // namespace

std::optional<TimePoint> parse_http_date(std::string_view text) {
  if (const auto time = parse_comma_date(text, imf_fixdate)) return time;
  if (const auto time = parse_comma_date(text, rfc850_date)) return time;
  return parse_asctime_date(text);
}

std::string format_http_date(TimePoint time) {
  const Calendar at(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", short_days[at.weekday()], at.day(),
                     month_names[at.month() - 1], at.year(), at.hour(), at.minute(), at.second());
}

}  // namespace sluice::codec
