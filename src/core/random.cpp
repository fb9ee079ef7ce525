#include "sluice/core/random.hpp"

#include <fmt/format.h>

namespace sluice {

double RandomSource::unit() {
  return static_cast<double>(next() >> 11U) * 0x1.0p-53;  // 53 bits: what a double holds exactly
}

std::string RandomSource::hex_id() {
  return fmt::format("{:016x}", next());
}

std::string RandomSource::uuid() {
  const std::uint64_t high = (next() & ~0xF000ULL) | 0x4000ULL;
  const std::uint64_t low = (next() & ~(3ULL << 62U)) | (1ULL << 63U);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xFFFFU,
                     high & 0xFFFFU, low >> 48U, low & 0xFFFFFFFFFFFFULL);
}

SeededRandom::SeededRandom()
    : SeededRandom((std::uint64_t{std::random_device{}()} << 32U) | std::random_device{}()) {}
SeededRandom::SeededRandom(std::uint64_t seed) : engine_(seed) {}
std::uint64_t SeededRandom::next() {
  return engine_();
}

}  // namespace sluice
