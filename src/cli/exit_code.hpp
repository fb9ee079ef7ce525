#pragma once

#include <string_view>

#include "sluice/core/error.hpp"
#include "sluice/flow/progress.hpp"

namespace sluice::cli {

/// The exit codes of the program, as --help and the manual page list them.
enum class ExitCode : int {
  ok = 0,
  failed = 1,  ///< Nothing, or not the one thing that was asked for, was done.
  usage = 2,
  config = 3,
  authentication = 4,  ///< No credentials, wrong credentials, or access denied.
  partial = 5,         ///< Some files were done, others failed, or a listing was incomplete.
  interrupted = 130,   ///< SIGINT or SIGTERM; what was done is done.
};

ExitCode exit_code_for(const Error& error);
/// Of a job over many files. `fatal` codes of the first failure decide when nothing was done.
ExitCode exit_code_for(const Progress& progress, const FailureList& failures);

inline constexpr std::string_view exit_code_help =
    "Exit codes:\n"
    "  0    all well\n"
    "  1    failed: nothing was done\n"
    "  2    usage: a flag or argument is wrong\n"
    "  3    configuration: a file or setting is wrong\n"
    "  4    authentication: no or wrong credentials, or access denied\n"
    "  5    partial: some files failed, or a listing was incomplete\n"
    "  130  interrupted\n";

}  // namespace sluice::cli
