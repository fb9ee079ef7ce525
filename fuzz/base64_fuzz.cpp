#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sluice/codec/base64.hpp"
#include "sluice/codec/hex.hpp"

// Any bytes survive; a base64 text that is accepted is the only one for its bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice::codec;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (from_base64(to_base64(sluice::as_bytes(input))) != input) std::abort();
  if (from_hex(to_hex(sluice::as_bytes(input))) != input) std::abort();
  const auto bytes = from_base64(input);
  if (bytes && to_base64(sluice::as_bytes(*bytes)) != input) std::abort();
  return 0;
}
