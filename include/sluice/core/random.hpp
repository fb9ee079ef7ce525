#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace sluice {

/// A source of randomness for jitter and identifiers (not for keys). Not thread-safe: it belongs to
/// the loop.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual std::uint64_t next() = 0;  ///< Uniform over all 64-bit values.
  double unit();                     ///< Uniform in [0, 1).
  std::string hex_id();              ///< 16 hexadecimal digits.
  std::string uuid();                ///< A random (version 4) UUID, RFC 9562.
};

/// Seeded from the system, or from a given number to repeat a run.
class SeededRandom final : public RandomSource {
 public:
  SeededRandom();
  explicit SeededRandom(std::uint64_t seed);
  std::uint64_t next() override;

 private:
  std::mt19937_64 engine_;
};

}  // namespace sluice
