#include "faults/fault_text.hpp"

#include "sluice/codec/percent.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {

void FaultText::refuse(const char* reason) const {
  throw Error(ErrorCode::invalid_input, "read fault", std::string(whole), reason);
}

FaultText take_fault_apart(std::string_view text) {
  FaultText parts;
  parts.whole = text;
  parts.kind = take_setting(text);
  while (!text.empty())
    parts.settings.push_back(take_setting(text));
  return parts;
}

std::string decoded_text(const Setting& setting) {
  return codec::percent_decode(setting.value, codec::Plus::literal)
      .value_or(std::string(setting.value));
}

bool FaultTurns::take() {
  const std::uint64_t at = matched++;
  return at >= skip && at - skip < count;
}

bool FaultTurns::read(const Setting& setting) {
  if (setting.name == "skip") {
    skip = count_of(setting, 0);
  } else if (setting.name == "count") {
    count = count_of(setting, 0);
  } else {
    return false;
  }
  return true;
}

}  // namespace sluice::lab
