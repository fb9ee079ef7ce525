#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "faults/setting.hpp"

namespace sluice::lab {

/// "KIND[=VALUE][,SETTING=VALUE]..." taken apart; views into what was parsed.
struct FaultText {
  std::string_view whole;
  Setting kind;
  std::vector<Setting> settings;

  /// Throws Error{invalid_input} that names the whole.
  [[noreturn]] void refuse(const char* reason) const;
};

FaultText take_fault_apart(std::string_view text);

/// Text in which "%2C" and the like stand for what they encode.
std::string decoded_text(const Setting& setting);

/// Which of the matching ones a fault strikes: not the first `skip`, then `count`.
struct FaultTurns {
  std::uint64_t skip = 0, count = 1;
  std::uint64_t matched = 0;  ///< So far.

  /// Whether it strikes now; counts.
  bool take();
  /// Takes "skip=N" and "count=N"; false for any other setting.
  bool read(const Setting& setting);
};

}  // namespace sluice::lab
