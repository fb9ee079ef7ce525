#include <fmt/format.h>

#include "codec/calendar.hpp"
#include "codec/date_fields.hpp"
#include "sluice/codec/date.hpp"

namespace sluice::codec {
namespace {

std::chrono::minutes zone_offset(DateCursor& cursor) {
  // "UTC" stands in token caches that old versions of the AWS CLI wrote.
  if (cursor.literal("Z") || cursor.literal("z") || cursor.literal("UTC"))
    return std::chrono::minutes(0);
  const bool behind = cursor.literal("-");
  if (!behind) cursor.expect("+");
  const int hours = cursor.number(2);
  cursor.expect(":");
  const int minutes = cursor.number(2);
  if (hours > 23 || minutes > 59) cursor.expect("an offset below 24:00");  // fails
  const std::chrono::minutes offset(hours * 60 + minutes);
  return behind ? -offset : offset;
}

}  // namespace

std::optional<TimePoint> parse_iso8601(std::string_view text) {
  DateCursor cursor(text);
  DateFields fields;
  fields.year = cursor.number(4);
  cursor.expect("-");
  fields.month = static_cast<unsigned>(cursor.number(2));
  cursor.expect("-");
  fields.day = static_cast<unsigned>(cursor.number(2));
  if (!cursor.literal("t")) cursor.expect("T");
  cursor.clock_time(fields);
  if (cursor.literal(".") || cursor.literal(",")) fields.nanoseconds = cursor.fraction();
  fields.offset = zone_offset(cursor);
  return cursor.done() ? time_of(fields) : std::nullopt;
}

std::string format_iso8601(TimePoint time) {
  const Calendar at(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", at.year(), at.month(), at.day(),
                     at.hour(), at.minute(), at.second(), fraction_text(at.nanosecond()));
}

std::optional<TimePoint> parse_amz_date(std::string_view text) {
  DateCursor cursor(text);
  DateFields fields;
  fields.year = cursor.number(4);
  fields.month = static_cast<unsigned>(cursor.number(2));
  fields.day = static_cast<unsigned>(cursor.number(2));
  cursor.expect("T");
  fields.hour = cursor.number(2);
  fields.minute = cursor.number(2);
  fields.second = cursor.number(2);
  cursor.expect("Z");
  return cursor.done() ? time_of(fields) : std::nullopt;
}

std::string format_amz_date(TimePoint time) {
  const Calendar at(time);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", at.year(), at.month(), at.day(), at.hour(),
                     at.minute(), at.second());
}

}  // namespace sluice::codec
