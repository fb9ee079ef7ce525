#include "text_width.hpp"

#include <doctest/doctest.h>

namespace sluice::cli {

TEST_CASE("columns: East Asian wide characters take two, combining marks none") {
  CHECK(text_width("") == 0);
  CHECK(text_width("abc") == 3);
  CHECK(text_width("売上") == 4);
  CHECK(text_width("ｱｲ") == 2);        // half width
  CHECK(text_width("か\u3099") == 2);  // ga, in two code points
  CHECK(text_width("e\u0301") == 1);
  CHECK(text_width("\U0001F600") == 2);
  CHECK(text_width("\xff\xfe") == 2);  // not UTF-8: a column each
}

TEST_CASE("columns are filled up, never cut") {
  CHECK(padded("売上", 6) == "売上  ");
  CHECK(padded("売上", 3) == "売上");
}

TEST_CASE("what is too wide is cut between characters, with a sign of it") {
  CHECK(cut("abcdef", 6) == "abcdef");
  CHECK(cut("abcdef", 5) == "abcd…");
  CHECK(cut("売上集計", 6) == "売上…");
  CHECK(cut("売上集計", 5) == "売上…");
  CHECK(cut("abc", 1) == "…");
  CHECK(cut("abc", 0).empty());
}

}  // namespace sluice::cli
