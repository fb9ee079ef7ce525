#include "sluice/codec/hex.hpp"

#include <doctest/doctest.h>

#include "codec/random_input.hpp"

namespace sluice::codec {

TEST_CASE("hex writes lower case and reads either case") {
  CHECK(to_hex(as_bytes("")) == "");
  CHECK(to_hex(as_bytes("\x01\xAB\xFF")) == "01abff");
  CHECK(from_hex("01aBFf") == "\x01\xAB\xFF");
  CHECK(from_hex("") == "");
}

TEST_CASE("hex refuses odd lengths and other characters") {
  for (const char* text : {"0", "012", "0g", "g0", " 0", "0x", "0:", "0/", "0@", "0`"}) {
    CAPTURE(text);
    CHECK_FALSE(from_hex(text).has_value());
  }
}

TEST_CASE("hex gives back any bytes") {
  test::RandomInput random("hex");
  for (int round = 0; round < 500; ++round) {
    const std::string bytes = random.bytes(random.below(100));
    CHECK(from_hex(to_hex(as_bytes(bytes))) == bytes);
  }
}

}  // namespace sluice::codec
