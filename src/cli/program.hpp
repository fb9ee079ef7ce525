#pragma once

#include <string>
#include <vector>

#include "sluice/core/environment.hpp"

namespace sluice::cli {

/// The program but for what only main may touch: arguments and environment come in, the exit code
/// goes out.
struct Invocation {
  std::vector<std::string> arguments;  ///< Without the program's name.
  Environment environment;
  bool terminal = false;  ///< Standard error is a terminal.
};

int run(const Invocation& invocation);

}  // namespace sluice::cli
