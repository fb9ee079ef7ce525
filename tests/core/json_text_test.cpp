#include "sluice/core/json_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace std::string_view_literals;

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  sluice::append_json_string(out, text);
  return out;
}

struct Utf8Case {
  std::string_view bytes;
  std::size_t length;
};

}  // namespace

TEST_CASE("json text: quotes, backslashes and control characters are escaped") {
  CHECK(quoted("") == R"("")");
  CHECK(quoted("plain") == R"("plain")");
  CHECK(quoted("a\"b\\c") == R"("a\"b\\c")");
  CHECK(quoted("\n\r\t") == R"("\n\r\t")");
  CHECK(quoted("\0\x01\x1f\x7f"sv) == R"("\u0000\u0001\u001f\u007f")");
}

TEST_CASE("json text: well-formed UTF-8 stays, other bytes become U+FFFD") {
  CHECK(quoted("日本 😀 é") == "\"日本 😀 é\"");
  CHECK(quoted("a\xFFz") == "\"a\xEF\xBF\xBDz\"");
  CHECK(quoted("\xE6\x97") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST_CASE("json text: it is appended") {
  std::string out = "x=";
  sluice::append_json_string(out, "y");
  CHECK(out == "x=\"y\"");
}

TEST_CASE("utf8: sequences are recognised as RFC 3629 defines them") {
  constexpr Utf8Case cases[] = {
      {"", 0},
      {"a", 1},
      {"\xC2\x80", 2},
      {"\xDF\xBFz", 2},
      {"\xE0\xA0\x80", 3},
      {"\xED\x9F\xBF", 3},
      {"\xEF\xBF\xBF", 3},
      {"\xF0\x90\x80\x80", 4},
      {"\xF4\x8F\xBF\xBF", 4},
      {"\x80", 0},
      {"\xC0\x80", 0},
      {"\xC1\xBF", 0},
      {"\xC2", 0},
      {"\xC2z", 0},
      {"\xE0\x9F\xBF", 0},
      {"\xED\xA0\x80", 0},
      {"\xE6\x97", 0},
      {"\xF0\x8F\xBF\xBF", 0},
      {"\xF4\x90\x80\x80", 0},
      {"\xF5\x80\x80\x80", 0},
      {"\xFF", 0},
  };
  for (const Utf8Case& one : cases) {
    INFO("bytes ", one.bytes);
    CHECK(sluice::utf8_sequence_length(one.bytes) == one.length);
  }
}

TEST_CASE("utf8: text is well-formed if all its sequences are") {
  CHECK(sluice::is_utf8(""));
  CHECK(sluice::is_utf8("aé日😀"));
  CHECK_FALSE(sluice::is_utf8("a\xFF"));
  CHECK_FALSE(sluice::is_utf8("é\xC3"));
}
