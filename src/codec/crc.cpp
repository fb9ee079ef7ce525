#include "sluice/codec/crc.hpp"

#include "codec/crc_fold_x86.hpp"
#include "codec/crc_portable.hpp"
#include "sluice/codec/base64.hpp"

namespace sluice::codec {
namespace {

// Shorter inputs are done sooner by the tables.
constexpr std::size_t fold_from = 32;

template <class Word, Word poly>
Word crc_of(Polynomial<Word, poly> p, Word value, Bytes bytes) {
  const Word state = static_cast<Word>(~value);
#if defined(__x86_64__)
  if (bytes.size() >= fold_from && has_pclmul())
    return static_cast<Word>(~crc_folded(p, state, bytes));
#endif
  return static_cast<Word>(~crc_portable(p, state, bytes));
}

// The inversions before and after cancel out: the first value is shifted as if it had been the
// plain remainder.
template <class Word, Word poly>
Word combined(Polynomial<Word, poly>, Word first, Word second, std::uint64_t second_length) {
  using P = Polynomial<Word, poly>;
  return P::multiply(P::shift_by(second_length), first) ^ second;
}

template <class Word>
std::string base64_of(Word value) {
  std::array<std::byte, sizeof(Word)> bytes{};
  for (std::size_t at = bytes.size(); at-- > 0; value >>= 8U)
    bytes[at] = static_cast<std::byte>(value & 0xFFU);
  return to_base64(bytes);
}

}  // namespace

std::uint32_t crc32(std::uint32_t value, Bytes bytes) {
  return crc_of(Crc32Polynomial{}, value, bytes);
}
std::uint32_t crc32c(std::uint32_t value, Bytes bytes) {
  return crc_of(Crc32cPolynomial{}, value, bytes);
}
std::uint64_t crc64nvme(std::uint64_t value, Bytes bytes) {
  return crc_of(Crc64NvmePolynomial{}, value, bytes);
}

std::uint32_t crc32_combine(std::uint32_t first, std::uint32_t second,
                            std::uint64_t second_length) {
  return combined(Crc32Polynomial{}, first, second, second_length);
}
std::uint32_t crc32c_combine(std::uint32_t first, std::uint32_t second,
                             std::uint64_t second_length) {
  return combined(Crc32cPolynomial{}, first, second, second_length);
}
std::uint64_t crc64nvme_combine(std::uint64_t first, std::uint64_t second,
                                std::uint64_t second_length) {
  return combined(Crc64NvmePolynomial{}, first, second, second_length);
}

std::string crc_base64(std::uint32_t value) {
  return base64_of(value);
}
std::string crc_base64(std::uint64_t value) {
  return base64_of(value);
}

}  // namespace sluice::codec
