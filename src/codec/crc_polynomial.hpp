#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>

namespace sluice::codec {

/// Arithmetic of polynomials over GF(2), modulo one whose degree is the number of bits of `Word`.
/// Everything here is "reflected", as the CRCs are: the highest bit of a word is the coefficient of
/// x^0. `poly` leaves out the leading term.
template <std::unsigned_integral Word, Word poly>
struct Polynomial {
  static constexpr unsigned degree = sizeof(Word) * 8;
  static constexpr Word one = Word{1} << (degree - 1);

  static constexpr Word times_x(Word a) { return (a >> 1U) ^ ((a & 1U) != 0 ? poly : Word{0}); }

  static constexpr Word multiply(Word a, Word b) {
    Word product = 0;
    for (; a != 0; a <<= 1U, b = times_x(b)) {
      if ((a & one) != 0) product ^= b;
    }
    return product;
  }

  static constexpr Word power_of_x(std::uint64_t exponent) {
    Word power = one;
    for (Word square = one >> 1U; exponent != 0;
         exponent >>= 1U, square = multiply(square, square)) {
      if ((exponent & 1U) != 0) power = multiply(power, square);
    }
    return power;
  }

  /// x^(8 * bytes): what a CRC is multiplied by when so many bytes follow it.
  static constexpr Word shift_by(std::uint64_t bytes) {
    Word power = one;
    for (unsigned bit = 0; bytes != 0; bytes >>= 1U, ++bit) {
      if ((bytes & 1U) != 0) power = multiply(power, byte_shifts[bit]);
    }
    return power;
  }

 private:
  // x^8, x^16, x^32 ...: x^(8 * 2^bit).
  static constexpr std::array<Word, 64> make_byte_shifts() {
    std::array<Word, 64> shifts{};
    shifts[0] = power_of_x(8);
    for (std::size_t bit = 1; bit < shifts.size(); ++bit)
      shifts[bit] = multiply(shifts[bit - 1], shifts[bit - 1]);
    return shifts;
  }
  static constexpr std::array<Word, 64> byte_shifts = make_byte_shifts();
};

using Crc32Polynomial = Polynomial<std::uint32_t, 0xEDB88320U>;  // ISO-HDLC
using Crc32cPolynomial =
    Polynomial<std::uint32_t, 0x82F63B78U>;  // Castagnoli, RFC 3720 section 12.1
using Crc64NvmePolynomial =
    Polynomial<std::uint64_t, 0x9A6C9329AC4BC9B5U>;  // NVM Express NVM Command Set 5.2.1.3.4

}  // namespace sluice::codec
