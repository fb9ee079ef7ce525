#pragma once

#include "sluice/core/error.hpp"
#include "sluice/flow/progress.hpp"

namespace sluice::cli {

/// The exit codes of the program, as --help (messages::exit_codes) and the manual page list
/// them.
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

}  // namespace sluice::cli
