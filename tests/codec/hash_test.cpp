#include "sluice/codec/hash.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

#include "codec/random_input.hpp"
#include "sluice/codec/hex.hpp"

namespace sluice::codec {
namespace {

std::string hex_hmac(std::string_view key, std::string_view text) {
  return to_hex(hmac_sha256(as_bytes(key), as_bytes(text)));
}

std::string hex_of(Hasher& hasher) {
  return to_hex(as_bytes(hasher.finish()));
}

}  // namespace

TEST_CASE("SHA-256 agrees with the examples of FIPS 180-4") {
  CHECK(to_hex(sha256(as_bytes(""))) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256(as_bytes("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_hex(sha256(as_bytes(std::string(1'000'000, 'a')))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-1 and MD5 agree with FIPS 180-4 and RFC 1321") {
  CHECK(to_hex(sha1(as_bytes("abc"))) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(to_hex(md5(as_bytes(""))) == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(to_hex(md5(as_bytes("message digest"))) == "f96b697d7cb7938d525a2f31aaf161d0");
}

TEST_CASE("HMAC-SHA-256 agrees with RFC 4231") {
  CHECK(hex_hmac(std::string(20, '\x0B'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex_hmac("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex_hmac(std::string(20, '\xAA'), std::string(50, '\xDD')) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  CHECK(hex_hmac(std::string(131, '\xAA'),
                 "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("HMAC-SHA1 agrees with the examples of RFC 2202") {
  const auto hex = [](std::string_view key, std::string_view text) {
    return to_hex(hmac_sha1(as_bytes(key), as_bytes(text)));
  };
  CHECK(hex(std::string(20, '\x0B'), "Hi There") == "b617318655057264e28bc0b6fb378c8ef146be00");
  CHECK(hex("Jefe", "what do ya want for nothing?") == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  CHECK(hex(std::string(80, '\xAA'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST_CASE("HMAC takes an empty key and a key of exactly one block") {
  // An empty key and 64 zero bytes are the same key (FIPS 198-1 section 4).
  CHECK(hex_hmac("", "") == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  CHECK(hex_hmac(std::string(64, '\0'), "text") == hex_hmac("", "text"));
  CHECK(hex_hmac(std::string(65, '\0'), "text") != hex_hmac("", "text"));
}

TEST_CASE("a hash does not depend on how its input is cut") {
  test::RandomInput random("hash");
  const std::string bytes = random.bytes(5000);
  Hasher hasher(HashKind::sha256);
  for (int round = 0; round < 50; ++round) {
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const std::size_t piece = std::min(rest.size(), random.below(300));
      hasher.update(as_bytes(rest.substr(0, piece)));
      rest.remove_prefix(piece);
    }
    CHECK(hex_of(hasher) == to_hex(sha256(as_bytes(bytes))));
    hasher.reset();
  }
}

TEST_CASE("a hasher can be reset half-way and moved") {
  Hasher first(HashKind::sha1);
  first.update(as_bytes("forgotten"));
  first.reset();
  first.update(as_bytes("ab"));
  Hasher second = std::move(first);
  second.update(as_bytes("c"));
  CHECK(hex_of(second) == to_hex(sha1(as_bytes("abc"))));
  Hasher third(HashKind::md5);
  CHECK(hex_of(third) == to_hex(md5(as_bytes(""))));
}

}  // namespace sluice::codec
