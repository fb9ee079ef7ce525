#pragma once

#include <string>
#include <vector>

#include "fs/s3_root.hpp"

namespace sluice {

/// By thousands, a few requests at once. What a request as a whole failed with is told of each of
/// its paths.
Task<RemoveResult> remove_objects(S3Root& root, OpContext context, std::vector<std::string> paths);

}  // namespace sluice
