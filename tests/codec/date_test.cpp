#include "sluice/codec/date.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "codec/random_input.hpp"

namespace sluice::codec {
namespace {

using namespace std::chrono_literals;

TimePoint at(int year, unsigned month, unsigned day, Duration clock = {}) {
  using namespace std::chrono;
  return TimePoint(sys_days(year_month_day(std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)))) +
         clock;
}

const TimePoint rfc_example = at(1994, 11, 6, 8h + 49min + 37s);

}  // namespace

TEST_CASE("ISO 8601 dates are read with their fraction and offset") {
  CHECK(parse_iso8601("2025-05-28T10:00:00Z") == at(2025, 5, 28, 10h));
  CHECK(parse_iso8601("2025-05-28t10:00:00z") == at(2025, 5, 28, 10h));
  CHECK(parse_iso8601("2025-05-28T10:00:00UTC") == at(2025, 5, 28, 10h));
  CHECK(parse_iso8601("2025-05-28T10:00:00.000Z") == at(2025, 5, 28, 10h));
  CHECK(parse_iso8601("2025-05-28T10:00:00.123456789123Z") == at(2025, 5, 28, 10h + 123456789ns));
  CHECK(parse_iso8601("2025-05-28T10:00:00,5Z") == at(2025, 5, 28, 10h + 500ms));
  CHECK(parse_iso8601("2025-05-28T08:30:00+09:00") == at(2025, 5, 27, 23h + 30min));
  CHECK(parse_iso8601("2024-12-31T23:30:00-01:30") == at(2025, 1, 1, 1h));
  CHECK(parse_iso8601("2024-02-29T00:00:00Z") == at(2024, 2, 29));
  CHECK(parse_iso8601("1969-12-31T23:59:59.999999999Z") == TimePoint(-1ns));
}

TEST_CASE("ISO 8601 dates that are none are refused") {
  const char* const malformed[] = {"",
                                   "2025-05-28",
                                   "2025-05-28T10:00:00",
                                   "2025-05-28 10:00:00Z",
                                   "2025-02-30T00:00:00Z",
                                   "2023-02-29T00:00:00Z",
                                   "1900-02-29T00:00:00Z",
                                   "2025-13-01T00:00:00Z",
                                   "2025-00-01T00:00:00Z",
                                   "2025-01-00T00:00:00Z",
                                   "2025-01-32T00:00:00Z",
                                   "2025-01-01T24:00:00Z",
                                   "2025-01-01T00:60:00Z",
                                   "2025-01-01T00:00:61Z",
                                   "2025-01-01T00:00:60Z",
                                   "2025-01-01T23:59:60+01:00",
                                   "2025-01-01T00:00:00.Z",
                                   "2025-01-01T00:00:00ZZ",
                                   "2025-01-01T00:00:00+24:00",
                                   "2025-01-01T00:00:00+0100",
                                   "2025-01-01T00:00:00+01:60",
                                   "25-01-01T00:00:00Z",
                                   "2025-1-01T00:00:00Z",
                                   " 2025-01-01T00:00:00Z",
                                   "2025-01-01T00:00:00 Z",
                                   "+025-01-01T00:00:00Z",
                                   "2025-01-01T-1:00:00Z",
                                   "2025-01-01T00:00:00-Z"};
  for (const char* text : malformed) {
    CAPTURE(text);
    CHECK_FALSE(parse_iso8601(text).has_value());
  }
}

TEST_CASE("a leap second is read as the second before it, where there can be one") {
  CHECK(parse_iso8601("2016-12-31T23:59:60Z") == at(2016, 12, 31, 23h + 59min + 59s));
  CHECK(parse_iso8601("2016-12-31T23:59:60.5Z") == at(2016, 12, 31, 23h + 59min + 59s + 500ms));
  CHECK(parse_iso8601("2017-01-01T08:59:60+09:00") == at(2016, 12, 31, 23h + 59min + 59s));
  CHECK(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT") == at(2016, 12, 31, 23h + 59min + 59s));
  CHECK_FALSE(parse_http_date("Sat, 31 Dec 2016 22:59:60 GMT"));
}

TEST_CASE("dates beyond TimePoint: later ones are never reached, earlier ones are unknown") {
  CHECK(parse_iso8601("9999-12-31T23:59:59Z") == TimePoint::max());
  CHECK(parse_iso8601("2262-04-11T23:47:17Z") == TimePoint::max());
  CHECK(parse_http_date("Fri, 31 Dec 9999 23:59:59 GMT") == TimePoint::max());
  CHECK_FALSE(parse_iso8601("0001-01-01T00:00:00Z"));
  CHECK_FALSE(parse_iso8601("0000-01-01T00:00:00Z"));
  CHECK_FALSE(parse_iso8601("1677-09-21T00:12:43Z"));
  CHECK(format_iso8601(TimePoint::min()) == "1677-09-21T00:12:43.145224192Z");
  CHECK(format_iso8601(TimePoint::max()) == "2262-04-11T23:47:16.854775807Z");
}

TEST_CASE("ISO 8601 is written with no more digits than needed") {
  CHECK(format_iso8601(at(2025, 5, 28, 10h)) == "2025-05-28T10:00:00Z");
  CHECK(format_iso8601(at(2025, 5, 28, 10h + 500ms)) == "2025-05-28T10:00:00.5Z");
  CHECK(format_iso8601(TimePoint(1ns)) == "1970-01-01T00:00:00.000000001Z");
  CHECK(format_iso8601(TimePoint(-1ns)) == "1969-12-31T23:59:59.999999999Z");
}

TEST_CASE("the three forms of HTTP dates are read") {
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == rfc_example);
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT") == rfc_example);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994") == rfc_example);
  CHECK(parse_http_date("Wed Nov 16 08:49:37 1994") == at(1994, 11, 16, 8h + 49min + 37s));
  CHECK(parse_http_date("Tuesday, 01-Jan-69 00:00:00 GMT") == at(2069, 1, 1));
  CHECK(parse_http_date("Thursday, 01-Jan-70 00:00:00 GMT") == at(1970, 1, 1));
}

TEST_CASE("HTTP dates that are none are refused") {
  const char* const malformed[] = {"",
                                   "Sun, 6 Nov 1994 08:49:37 GMT",
                                   "Sun, 06 Nov 1994 08:49:37",
                                   "Sun, 06 Nov 1994 08:49:37 UTC",
                                   "Sun, 06 Nov 1994 08:49:37 GMT ",
                                   "sun, 06 Nov 1994 08:49:37 GMT",
                                   "Sun, 06 nov 1994 08:49:37 GMT",
                                   "Xyz, 06 Nov 1994 08:49:37 GMT",
                                   "Sun, 31 Nov 1994 08:49:37 GMT",
                                   "Sun, 06 Nov 1994 24:00:00 GMT",
                                   "Sun, 06-Nov-94 08:49:37 GMT",
                                   "Sunday, 06-Nov-1994 08:49:37 GMT",
                                   "Sun Nov 6 08:49:37 1994",
                                   "Sun Nov 06 08:49:37 94",
                                   "06 Nov 1994 08:49:37 GMT"};
  for (const char* text : malformed) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_date(text).has_value());
  }
}

TEST_CASE("HTTP dates are written as IMF-fixdate") {
  CHECK(format_http_date(rfc_example) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(format_http_date(TimePoint(-1ns)) == "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST_CASE("SigV4 dates have one form") {
  CHECK(format_amz_date(at(2013, 5, 24)) == "20130524T000000Z");
  CHECK(parse_amz_date("20130524T000000Z") == at(2013, 5, 24));
  for (const char* text :
       {"20130524T000000", "2013-05-24T00:00:00Z", "20130532T000000Z", "20130524T240000Z", ""}) {
    CHECK_FALSE(parse_amz_date(text).has_value());
  }
}

TEST_CASE("seconds since 1970 keep their nanoseconds and their sign") {
  CHECK(format_epoch_seconds(TimePoint(1614556800s + 123456789ns)) == "1614556800.123456789");
  CHECK(format_epoch_seconds(TimePoint(1614556800s)) == "1614556800");
  CHECK(format_epoch_seconds(TimePoint(-500ms)) == "-0.5");
  CHECK(parse_epoch_seconds("1614556800.123456789") == TimePoint(1614556800s + 123456789ns));
  CHECK(parse_epoch_seconds("-0.5") == TimePoint(-500ms));
  CHECK(parse_epoch_seconds("-1.25") == TimePoint(-1250ms));
  CHECK(parse_epoch_seconds("007") == TimePoint(7s));
  for (const char* text :
       {"", "-", ".5", "1.", "+1", "--1", "1e9", " 1", "1 ", "1.5s", "9223372037", "-9223372038",
        "99999999999999999999", "-9223372036.854775809"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_epoch_seconds(text).has_value());
  }
}

TEST_CASE("every moment that is written is read back") {
  test::RandomInput random("dates");
  for (int round = 0; round < 3000; ++round) {
    const TimePoint time{Duration(static_cast<std::int64_t>(random.next()))};
    CAPTURE(time.time_since_epoch().count());
    CHECK(parse_iso8601(format_iso8601(time)) == time);
    CHECK(parse_epoch_seconds(format_epoch_seconds(time)) == time);
    const TimePoint whole = std::chrono::floor<std::chrono::seconds>(time);
    CHECK(parse_http_date(format_http_date(time)) == whole);
    CHECK(parse_amz_date(format_amz_date(time)) == whole);
  }
  for (const TimePoint time :
       {TimePoint::min(), TimePoint::max(), TimePoint(), TimePoint::min() + 1ns}) {
    CHECK(parse_iso8601(format_iso8601(time)) == time);
    CHECK(parse_epoch_seconds(format_epoch_seconds(time)) == time);
  }
}

}  // namespace sluice::codec
