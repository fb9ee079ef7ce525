#pragma once

#if defined(__x86_64__)

#include <immintrin.h>

#include "codec/crc_portable.hpp"

// CRCs by folding with the carry-less multiplication (Gopal et al., "Fast CRC Computation for
// Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009). Sixteen bytes of the message, as a
// polynomial A, may be replaced by A * x^D mod P added to the sixteen bytes that lie D bits further
// on, without changing the remainder. What is left in the end, sixteen bytes, goes through the
// tables.

#define SLUICE_TARGET_PCLMUL [[gnu::target("pclmul,sse4.1")]]

namespace sluice::codec {

inline bool has_pclmul() {
  return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}

/// The multipliers that move sixteen bytes by `distance` bits. Their first half stands 64 bits
/// higher than the second, and a product of two reflected words of 64 bits lacks one bit, hence the
/// exponents.
template <class P>
struct FoldBy {
  static constexpr std::uint64_t aligned(std::uint64_t exponent) {
    return std::uint64_t{P::power_of_x(exponent)} << (64 - P::degree);
  }
  std::uint64_t first, second;
  explicit constexpr FoldBy(std::uint64_t distance)
      : first(aligned(distance + 63)), second(aligned(distance - 1)) {}
};

SLUICE_TARGET_PCLMUL inline __m128i multipliers(std::uint64_t first, std::uint64_t second) {
  return _mm_set_epi64x(static_cast<long long>(second), static_cast<long long>(first));
}

SLUICE_TARGET_PCLMUL inline __m128i load_block(const std::byte* from) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

SLUICE_TARGET_PCLMUL inline __m128i fold(__m128i block, __m128i by, __m128i onto) {
  const __m128i first = _mm_clmulepi64_si128(block, by, 0x00);
  const __m128i second = _mm_clmulepi64_si128(block, by, 0x11);
  return _mm_xor_si128(_mm_xor_si128(first, second), onto);
}

/// As crc_portable; needs has_pclmul() and at least 16 bytes.
template <class Word, Word poly>
SLUICE_TARGET_PCLMUL Word crc_folded(Polynomial<Word, poly> p, Word state, Bytes bytes) {
  constexpr std::size_t block = 16;
  constexpr std::size_t lanes = 8;  // enough to hide the multiplication's latency
  constexpr FoldBy<Polynomial<Word, poly>> by_one(8 * block);
  constexpr FoldBy<Polynomial<Word, poly>> by_all(8 * block * lanes);
  const __m128i next = multipliers(by_one.first, by_one.second);

  __m128i folded = _mm_xor_si128(load_block(bytes.data()), multipliers(state, 0));
  if (bytes.size() >= block * lanes) {
    const __m128i far = multipliers(by_all.first, by_all.second);
    __m128i lane[lanes];
    lane[0] = folded;
    for (std::size_t i = 1; i < lanes; ++i)
      lane[i] = load_block(bytes.data() + i * block);
    bytes = bytes.subspan(block * lanes);
    for (; bytes.size() >= block * lanes; bytes = bytes.subspan(block * lanes)) {
      for (std::size_t i = 0; i < lanes; ++i)
        lane[i] = fold(lane[i], far, load_block(bytes.data() + i * block));
    }
    folded = lane[0];
    for (std::size_t i = 1; i < lanes; ++i)
      folded = fold(folded, next, lane[i]);
  } else {
    bytes = bytes.subspan(block);
  }
  for (; bytes.size() >= block; bytes = bytes.subspan(block))
    folded = fold(folded, next, load_block(bytes.data()));

  std::array<std::byte, block> rest{};
  _mm_storeu_si128(reinterpret_cast<__m128i*>(rest.data()), folded);
  return crc_portable(p, crc_portable(p, Word{0}, rest), bytes);
}

}  // namespace sluice::codec

#endif
