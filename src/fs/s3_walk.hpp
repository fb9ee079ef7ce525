#pragma once

#include <memory>
#include <string>

#include "fs/s3_root.hpp"
#include "sluice/async/file_stream.hpp"

namespace sluice {

std::unique_ptr<FileStream> walk_s3(S3Root& root, OpContext context, std::string directory,
                                    WalkOptions options);

}  // namespace sluice
