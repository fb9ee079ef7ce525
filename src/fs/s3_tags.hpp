#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "fs/s3_root.hpp"

namespace sluice {

/// nullopt: we may not read them, or the server has none. `version_id` may be empty.
Task<std::optional<std::map<std::string, std::string>>> tags_of(S3Root& root, OpContext context,
                                                                aws::S3Location object,
                                                                std::string version_id);

/// `extras` with the object's tags, unless we may not read them, or the server has none.
Task<std::shared_ptr<const FileExtras>> with_tags(S3Root& root, OpContext context,
                                                  aws::S3Location object, FileExtras extras);

}  // namespace sluice
