#include "sluice/codec/base64.hpp"

#include <doctest/doctest.h>

#include "codec/random_input.hpp"

namespace sluice::codec {

TEST_CASE("base64 agrees with the vectors of RFC 4648 section 10") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    CHECK(to_base64(as_bytes(plain)) == text);
    CHECK(from_base64(text) == plain);
  }
  CHECK(to_base64(as_bytes("\xFB\xFF\xBF")) == "+/+/");
}

TEST_CASE("base64 refuses what is not its one form") {
  const char* const malformed[] = {"Zg",   "Zg=",  "Z===",  "====", "Zg==Zg==", "Zm9v\n",
                                   "Zm 9", "Zm9-", "Zm9_",  "Zh==", "Zm9=",     "=m9v",
                                   "Z=9v", "Zg=v", "Zm9vY", "Zm9v="};
  for (const char* text : malformed) {
    CAPTURE(text);
    CHECK_FALSE(from_base64(text).has_value());
  }
}

TEST_CASE("base64 gives back any bytes") {
  test::RandomInput random("base64");
  for (int round = 0; round < 500; ++round) {
    const std::string bytes = random.bytes(random.below(100));
    CHECK(from_base64(to_base64(as_bytes(bytes))) == bytes);
  }
}

TEST_CASE("base64 text that is accepted is what would be written") {
  test::RandomInput random("base64 text");
  for (int round = 0; round < 3000; ++round) {
    const std::string text = random.bytes_of("AQgwZ+/=", 4 * random.below(3));
    if (const auto bytes = from_base64(text)) CHECK(to_base64(as_bytes(*bytes)) == text);
  }
}

}  // namespace sluice::codec
