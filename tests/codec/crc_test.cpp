#include "sluice/codec/crc.hpp"

#include <doctest/doctest.h>

#include "codec/crc_fold_x86.hpp"
#include "codec/crc_portable.hpp"
#include "codec/random_input.hpp"

namespace sluice::codec {
namespace {

/// By the definition, one bit at a time.
template <class Word, Word poly>
Word bitwise(Polynomial<Word, poly>, Word state, Bytes bytes) {
  for (const std::byte byte : bytes) {
    state ^= std::to_integer<Word>(byte);
    for (int bit = 0; bit < 8; ++bit)
      state = (state >> 1U) ^ ((state & 1U) != 0 ? poly : Word{0});
  }
  return state;
}

template <class Word, Word poly>
void check_engines(Polynomial<Word, poly> p, Word state, Bytes bytes) {
  const Word expected = bitwise(p, state, bytes);
  CHECK(crc_portable(p, state, bytes) == expected);
#if defined(__x86_64__)
  if (has_pclmul() && bytes.size() >= 16) CHECK(crc_folded(p, state, bytes) == expected);
#endif
}

template <class Word>
void check_pieces(Word (*crc)(Word, Bytes), Word (*combine)(Word, Word, std::uint64_t), Bytes bytes,
                  std::size_t cut) {
  const Word whole = crc(0, bytes);
  const Word first = crc(0, bytes.first(cut));
  CHECK(crc(first, bytes.subspan(cut)) == whole);
  CHECK(combine(first, crc(0, bytes.subspan(cut)), bytes.size() - cut) == whole);
}

}  // namespace

TEST_CASE("CRCs agree with their published check values") {
  const Bytes check = as_bytes("123456789");
  CHECK(crc32(0, check) == 0xCBF43926U);
  CHECK(crc32c(0, check) == 0xE3069283U);
  CHECK(crc64nvme(0, check) == 0xAE8B14860A799888U);
}

TEST_CASE("CRC-32C agrees with RFC 3720 appendix B.4") {
  std::string ascending;
  for (char c = 0; c < 32; ++c)
    ascending += c;
  CHECK(crc32c(0, as_bytes(std::string(32, '\0'))) == 0x8A9136AAU);
  CHECK(crc32c(0, as_bytes(std::string(32, '\xFF'))) == 0x62A8AB43U);
  CHECK(crc32c(0, as_bytes(ascending)) == 0x46DD794EU);
}

TEST_CASE("CRC-64/NVME agrees with the examples of the NVM Command Set specification") {
  CHECK(crc64nvme(0, as_bytes(std::string(4096, '\0'))) == 0x6482D367EB22B64EU);
  CHECK(crc64nvme(0, as_bytes(std::string(4096, '\xFF'))) == 0xC0DDBA7302ECA3ACU);
}

TEST_CASE("an empty input leaves a CRC as it is") {
  CHECK(crc32(0, {}) == 0);
  CHECK(crc64nvme(0, {}) == 0);
  CHECK(crc32c(0x12345678U, {}) == 0x12345678U);
}

TEST_CASE("every engine gives the same CRC at any length and alignment") {
  test::RandomInput random("crc engines");
  const std::string data = random.bytes(4096);
  for (std::size_t round = 0; round < 1500; ++round) {
    const std::size_t start = random.below(64);
    // Every length up to 700 once (all lanes, all tails), then any.
    const std::size_t length = round < 700 ? round : random.below(data.size() - start);
    const Bytes bytes = as_bytes(std::string_view(data).substr(start, length));
    CAPTURE(start);
    CAPTURE(length);
    check_engines(Crc32Polynomial{}, static_cast<std::uint32_t>(random.next()), bytes);
    check_engines(Crc32cPolynomial{}, static_cast<std::uint32_t>(random.next()), bytes);
    check_engines(Crc64NvmePolynomial{}, random.next(), bytes);
  }
}

TEST_CASE("CRCs of pieces continue and combine to that of the whole") {
  test::RandomInput random("crc pieces");
  const std::string data = random.bytes(3000);
  for (int round = 0; round < 1000; ++round) {
    const Bytes bytes = as_bytes(std::string_view(data).substr(0, random.below(data.size())));
    const std::size_t cut = random.below(bytes.size() + 1);
    check_pieces(crc32, crc32_combine, bytes, cut);
    check_pieces(crc32c, crc32c_combine, bytes, cut);
    check_pieces(crc64nvme, crc64nvme_combine, bytes, cut);
  }
}

TEST_CASE("CRCs combine over lengths that nobody can allocate") {
  // Associative: (a b) c == a (b c), with pieces of up to 2^62 bytes each.
  test::RandomInput random("crc lengths");
  for (int round = 0; round < 1000; ++round) {
    const std::uint64_t a = random.next(), b = random.next(), c = random.next();
    const std::uint64_t b_length = random.next() >> 2U, c_length = random.next() >> 2U;
    CHECK(crc64nvme_combine(crc64nvme_combine(a, b, b_length), c, c_length) ==
          crc64nvme_combine(a, crc64nvme_combine(b, c, c_length), b_length + c_length));
  }
}

TEST_CASE("CRCs are written as S3 writes them") {
  CHECK(crc_base64(crc32(0, as_bytes("123456789"))) == "y/Q5Jg==");
  CHECK(crc_base64(crc64nvme(0, as_bytes("123456789"))) == "rosUhgp5mIg=");
  CHECK(crc_base64(std::uint32_t{0}) == "AAAAAA==");
}

}  // namespace sluice::codec
