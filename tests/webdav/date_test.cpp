#include "sluice/webdav/date.hpp"

#include <doctest/doctest.h>

#include <string>

namespace sluice::webdav {

TEST_CASE("dates of all the forms that servers write") {
  const TimePoint time(std::chrono::seconds(784111777));
  for (const char* const text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 06 Nov 1994 09:49:37 +0100",
        "Sun, 06 Nov 1994 06:19:37 -0230", "06 Nov 1994 08:49:37 UTC", "1994-11-06T08:49:37Z",
        "1994-11-06T09:49:37+01:00", "Sun Nov  6 08:49:37 UTC 1994"})
    CHECK_MESSAGE(parse_dav_date(text) == time, text);
}

TEST_CASE("what is no date is a time that is not known") {
  for (const char* const text :
       {"", "yesterday", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 EST",
        "Sun, 06 Nov 1994 08:49:37 +9999", "Sun, 06 Nov 1994 08:49:37", "1 2 3 4 5", "a b c d e f",
        "Sun, 06 Foo 1994 08:49:37 GMT"})
    CHECK_MESSAGE(!parse_dav_date(text), text);
  CHECK_FALSE(parse_dav_date(std::string(1000, '1')));
}

}  // namespace sluice::webdav
