#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sluice/codec/units.hpp"

// Whatever is accepted can be written, and what is written is accepted.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice::codec;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto bytes = parse_size(input)) {
    std::string text = format_size(*bytes);
    text.erase(text.find(' '), 1);
    // The largest sizes round up to 2^64, which no size reaches.
    if (!parse_size(text) && text != "16EiB") std::abort();
  }
  if (const auto duration = parse_duration(input)) {
    if (*duration < sluice::Duration(0)) std::abort();
    // The last second rounds up to what no duration reaches.
    const bool longest = *duration > sluice::Duration::max() - std::chrono::seconds(1);
    if (!longest && !parse_duration(format_duration(*duration))) std::abort();
  }
  return 0;
}
