#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/core/op_context.hpp"

namespace sluice {

struct ChildOptions {
  std::vector<std::string> arguments;    ///< argv; the first is looked up in PATH. No shell.
  std::vector<std::string> environment;  ///< "NAME=value"; empty: the parent's.
  std::filesystem::path directory;       ///< Working directory; empty: the parent's.
  std::size_t output_limit =
      64_KiB;  ///< Bytes kept of each of stdout (its beginning) and stderr (its end).
  Duration grace = std::chrono::seconds(
      5);  ///< Between SIGTERM and SIGKILL when cancelled or past the deadline.
};

struct ChildResult {
  std::optional<int> exit_code;  ///< Unset if a signal ended it.
  int signal = 0;
  std::string standard_output;
  std::string standard_error;
};

/// Runs a program (own process group, stdin from /dev/null) to its end, awaited by pidfd. When
/// cancelled or past context.deadline, its group gets SIGTERM, then SIGKILL after `grace`; it is
/// always reaped before this returns or throws. Throws Error{not_found, permission_denied} if it
/// cannot be started, Error{timeout}, Error{cancelled}.
Task<ChildResult> run_child(Runtime& runtime, OpContext context, ChildOptions options);

}  // namespace sluice
