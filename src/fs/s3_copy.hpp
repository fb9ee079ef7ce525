#pragma once

#include <string>

#include "fs/s3_root.hpp"

namespace sluice {

/// Copies `source` (described by `from`) to `to` on the server: with one request up to 5 GiB, else
/// by parts.
Task<FileInfo> copy_object(S3Root& root, OpContext context, aws::S3Location source, FileInfo from,
                           std::string to, WriteOptions options);

}  // namespace sluice
