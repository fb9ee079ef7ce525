#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>

#include "sluice/core/random.hpp"

namespace sluice::codec::test {

/// Random test input. Its seed is SLUICE_SEED if set, else a new one; it is printed, so that a
/// failure can be repeated.
class RandomInput {
 public:
  explicit RandomInput(const char* test) : RandomInput(test, chosen_seed()) {}

  std::uint64_t next() { return random_.next(); }
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_.next() % limit); }

  std::string bytes(std::size_t length) {
    std::string out(length, '\0');
    for (char& c : out)
      c = static_cast<char>(random_.next() & 0xFFU);
    return out;
  }
  std::string bytes_of(std::string_view alphabet, std::size_t length) {
    std::string out(length, '\0');
    for (char& c : out)
      c = alphabet[below(alphabet.size())];
    return out;
  }

 private:
  RandomInput(const char* test, std::uint64_t seed) : random_(seed) {
    std::printf("%s: SLUICE_SEED=%llu\n", test, static_cast<unsigned long long>(seed));
  }
  static std::uint64_t chosen_seed() {
    if (const char* const given = std::getenv("SLUICE_SEED"))
      return std::strtoull(given, nullptr, 10);
    return std::random_device{}();
  }

  SeededRandom random_;
};

}  // namespace sluice::codec::test
