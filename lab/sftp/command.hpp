#pragma once

#include "sftp/server.hpp"

namespace sluice::lab {

/// Serves SFTP on standard input and output until either ends. Throws Error.
void run_sftp(SftpServerOptions options);

}  // namespace sluice::lab
