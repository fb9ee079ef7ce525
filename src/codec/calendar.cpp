#include "codec/calendar.hpp"

#include <fmt/format.h>

namespace sluice::codec {

std::string fraction_text(std::uint64_t nanoseconds) {
  if (nanoseconds == 0) return {};
  std::string text = fmt::format(".{:09}", nanoseconds);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

}  // namespace sluice::codec
