// A bandwidth limit that is accepted has its entries in order and a rate for every minute of the
// week.
#include <cstdlib>
#include <string_view>

#include "sluice/core/error.hpp"
#include "sluice/net/bandwidth.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto table = sluice::net::parse_bandwidth(text);
    int before = 0;
    for (const auto& entry : table.entries) {
      if (entry.minute_of_week < before || entry.minute_of_week >= 7 * 24 * 60) std::abort();
      before = entry.minute_of_week;
      // Of several entries for one minute the last one holds.
      (void)table.at(entry.minute_of_week);
    }
    if (table.entries.empty()) std::abort();
  } catch (const sluice::Error& error) {
    if (error.code() != sluice::ErrorCode::invalid_input) std::abort();
  }
  return 0;
}
