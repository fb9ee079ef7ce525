#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/time.hpp"

namespace sluice::codec {

// Every reader is strict (the whole text, real days of the calendar) and gives nullopt for what is
// no date or lies before 1677-09-21, the first day of TimePoint. A calendar date after its last
// day, 2262-04-11, is read as TimePoint::max(), for "never expires" is often written as the year
// 9999. A leap second (23:59:60 UTC) is read as the second before it, fraction kept. Locale and
// time zone of the process play no part.

/// RFC 3339 / ISO 8601: "2025-05-28T10:00:00Z", any number of fraction digits (nanoseconds kept),
/// "Z" or "+09:00". Also "UTC" for "Z", as old versions of the AWS CLI wrote it. Digits after the
/// ninth are dropped.
std::optional<TimePoint> parse_iso8601(std::string_view text);
/// "2025-05-28T10:00:00Z"; a fraction is written only if there is one, without trailing zeros
/// (nanoseconds at most).
std::string format_iso8601(TimePoint time);

/// IMF-fixdate, and the two obsolete forms that a recipient must accept (RFC 9110 section 5.6.7).
/// A year of two digits is 1970 to 2069 (the RFC's rule needs a clock). The day's name must be one,
/// not the right one.
std::optional<TimePoint> parse_http_date(std::string_view text);
/// "Sun, 06 Nov 1994 08:49:37 GMT". The fraction is dropped, also by format_amz_date.
std::string format_http_date(TimePoint time);

/// "20130524T000000Z", as SigV4 wants it.
std::string format_amz_date(TimePoint time);
std::optional<TimePoint> parse_amz_date(std::string_view text);

/// Seconds since 1970 with a fraction, as a decimal string ("1614556800.123456789"): rclone's
/// x-amz-meta-mtime. Negative before 1970 ("-0.5"). Out of TimePoint's range in either direction:
/// nullopt.
std::string format_epoch_seconds(TimePoint time);
std::optional<TimePoint> parse_epoch_seconds(std::string_view text);

}  // namespace sluice::codec
