#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sluice/codec/percent.hpp"

// Any bytes survive encoding; what can be decoded is decoded to bytes that survive it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice::codec;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (const Slash slash : {Slash::encode, Slash::keep}) {
    for (const Plus plus : {Plus::literal, Plus::space}) {
      if (percent_decode(percent_encode(input, slash), plus) != input) std::abort();
    }
  }
  const auto decoded = percent_decode(input, Plus::literal);
  if (decoded && percent_decode(percent_encode(*decoded, Slash::encode), Plus::literal) != decoded)
    std::abort();
  return 0;
}
