#pragma once

#include <memory>
#include <string>

#include "fs/s3_root.hpp"

namespace sluice {

/// `extras` with the object's tags, unless we may not read them, or the server has none.
Task<std::shared_ptr<const FileExtras>> with_tags(S3Root& root, OpContext context,
                                                  aws::S3Location object, FileExtras extras);

}  // namespace sluice
