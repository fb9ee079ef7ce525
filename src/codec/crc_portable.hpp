#pragma once

#include <array>
#include <bit>
#include <cstring>

#include "codec/crc_polynomial.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice::codec {

/// The shift register after each single byte, followed by 0 to 7 zero bytes ("slicing by eight").
template <class Word, Word poly>
constexpr std::array<std::array<Word, 256>, 8> make_crc_tables(Polynomial<Word, poly>) {
  std::array<std::array<Word, 256>, 8> tables{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    Word value = static_cast<Word>(byte);
    for (int bit = 0; bit < 8; ++bit)
      value = Polynomial<Word, poly>::times_x(value);
    tables[0][byte] = value;
  }
  for (std::size_t zeros = 1; zeros < 8; ++zeros) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const Word before = tables[zeros - 1][byte];
      tables[zeros][byte] = (before >> 8U) ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}

template <class P>
inline constexpr auto crc_tables = make_crc_tables(P{});

inline std::uint64_t load_little_endian(const std::byte* from) {
  std::uint64_t value = 0;
  std::memcpy(&value, from, sizeof value);
  if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
  return value;
}

/// The shift register after `bytes`, on any processor. (The published CRCs invert it before and
/// after.)
template <class Word, Word poly>
Word crc_portable(Polynomial<Word, poly>, Word state, Bytes bytes) {
  constexpr const auto& tables = crc_tables<Polynomial<Word, poly>>;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    const std::uint64_t chunk = load_little_endian(bytes.data()) ^ state;
    state = tables[7][chunk & 0xFFU] ^ tables[6][(chunk >> 8U) & 0xFFU] ^
            tables[5][(chunk >> 16U) & 0xFFU] ^ tables[4][(chunk >> 24U) & 0xFFU] ^
            tables[3][(chunk >> 32U) & 0xFFU] ^ tables[2][(chunk >> 40U) & 0xFFU] ^
            tables[1][(chunk >> 48U) & 0xFFU] ^ tables[0][chunk >> 56U];
  }
  for (const std::byte byte : bytes)
    state = (state >> 8U) ^ tables[0][(state ^ std::to_integer<Word>(byte)) & 0xFFU];
  return state;
}

}  // namespace sluice::codec
