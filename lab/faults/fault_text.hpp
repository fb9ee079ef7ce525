#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::lab {

/// "KIND[=VALUE][,SETTING=VALUE]..." taken apart; views into what was parsed.
struct FaultText {
  std::string_view whole, kind, value;
  std::vector<std::pair<std::string_view, std::string_view>> settings;

  /// Throws Error{invalid_input} that names the whole.
  [[noreturn]] void refuse(const char* reason) const;
  std::uint64_t number(std::string_view of) const;
  /// Text in which "%2C" and the like stand for what they encode.
  static std::string decoded(std::string_view of);
};

FaultText take_fault_apart(std::string_view text);

/// Which of the matching ones a fault strikes: not the first `skip`, then `count`.
struct FaultTurns {
  std::uint64_t skip = 0, count = 1;
  std::uint64_t matched = 0;  ///< So far.

  /// Whether it strikes now; counts.
  bool take();
};

}  // namespace sluice::lab
