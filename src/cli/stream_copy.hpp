#pragma once

#include <memory>
#include <string>

#include "tree_copy.hpp"

namespace sluice::cli {

/// cp - URL: standard input becomes the file, whole or not at all. An interrupt makes nothing
/// visible, even if the program at the other end of the pipe has ended with it.
Task<ExitCode> copy_from_input(Session& session, std::shared_ptr<const CopyOptions> options);

/// cat URL, cp URL -: the file on standard output.
Task<ExitCode> copy_to_output(Session& session, std::string url);

}  // namespace sluice::cli
