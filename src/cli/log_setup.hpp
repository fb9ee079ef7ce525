#pragma once

#include "options.hpp"
#include "sluice/core/log.hpp"

namespace sluice::cli {

/// The program's logger: standard error, and a rotating file if asked for. Throws Error{config} if
/// that cannot be opened.
Logger make_logger(const GlobalOptions& options);

}  // namespace sluice::cli
