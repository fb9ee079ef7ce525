#include "sluice/codec/percent.hpp"

#include <doctest/doctest.h>

#include "codec/random_input.hpp"

namespace sluice::codec {

TEST_CASE("percent encoding leaves exactly the unreserved characters") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte)
    all += static_cast<char>(byte);
  std::string kept;
  for (const char c : all) {
    if (percent_encode(std::string_view(&c, 1), Slash::encode).size() == 1) kept += c;
  }
  CHECK(kept == "-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");
}

TEST_CASE("percent encoding writes upper case and keeps a slash only when asked") {
  CHECK(percent_encode("a b/c+d", Slash::encode) == "a%20b%2Fc%2Bd");
  CHECK(percent_encode("a b/c+d", Slash::keep) == "a%20b/c%2Bd");
  CHECK(percent_encode("\xE3\x81\x82\x7F", Slash::keep) == "%E3%81%82%7F");
  std::string out = "key=";
  append_percent_encoded(out, "&", Slash::encode);
  CHECK(out == "key=%26");
}

TEST_CASE("percent decoding takes '+' as the caller says") {
  CHECK(percent_decode("a+b%2B%2f", Plus::literal) == "a+b+/");
  CHECK(percent_decode("a+b%2B%2f", Plus::space) == "a b+/");
}

TEST_CASE("percent decoding refuses a '%' without two digits") {
  for (const char* text : {"%", "a%", "%4", "%4g", "%g4", "%%41", "%-1"}) {
    CAPTURE(text);
    CHECK_FALSE(percent_decode(text, Plus::literal).has_value());
  }
}

TEST_CASE("percent encoding gives back any bytes") {
  test::RandomInput random("percent");
  for (int round = 0; round < 1000; ++round) {
    const std::string bytes = random.bytes(random.below(60));
    const Slash slash = round % 2 == 0 ? Slash::encode : Slash::keep;
    CHECK(percent_decode(percent_encode(bytes, slash), Plus::space) == bytes);
  }
}

}  // namespace sluice::codec
