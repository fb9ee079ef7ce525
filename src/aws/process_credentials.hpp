#pragma once

#include "aws/credential_source.hpp"

namespace sluice::aws {

/// Runs a profile's credential_process (no shell) and reads its output. `source` is for messages;
/// they carry the end of what the program wrote to stderr, never its output.
Task<Credentials> fetch_process_credentials(SourceWorld world, OpContext context,
                                            std::string command, std::string source);

}  // namespace sluice::aws
