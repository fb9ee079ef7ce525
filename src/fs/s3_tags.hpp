#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "fs/s3_root.hpp"

namespace sluice {

using Tags = std::map<std::string, std::string>;

/// nullopt: we may not read them (a warning, once a file system), or the server has none.
/// `version_id` may be empty.
Task<std::optional<Tags>> tags_of(S3Root& root, OpContext context, aws::S3Location object,
                                  std::string version_id);

/// For who writes the object anew with its attributes: throws Error{permission_denied} if `head`
/// has tags that were not read, since S3 drops what it is not given.
void require_tags(const aws::S3Location& object, const aws::ObjectHead& head,
                  const std::optional<Tags>& tags);

/// `extras` with the object's tags, unless we may not read them, or the server has none.
Task<std::shared_ptr<const FileExtras>> with_tags(S3Root& root, OpContext context,
                                                  aws::S3Location object, FileExtras extras);

}  // namespace sluice
