#include "fs/s3_tags.hpp"

#include "sluice/core/error.hpp"

namespace sluice {

Task<std::optional<std::map<std::string, std::string>>> tags_of(S3Root& root, OpContext context,
                                                                aws::S3Location object,
                                                                std::string version_id) {
  std::optional<std::map<std::string, std::string>> tags;
  try {
    tags = co_await root.client().get_tags(std::move(context), std::move(object),
                                           std::move(version_id));
  } catch (const Error& error) {
    // NoSuchTagSet is how some servers say "none".
    const bool unavailable =
        error.code() == ErrorCode::permission_denied || error.code() == ErrorCode::unsupported;
    if (error.server_code() == "NoSuchTagSet") {
      tags.emplace();
    } else if (!unavailable) {
      throw;
    }
  }
  co_return tags;
}

Task<std::shared_ptr<const FileExtras>> with_tags(S3Root& root, OpContext context,
                                                  aws::S3Location object, FileExtras extras) {
  auto shared = std::make_shared<FileExtras>(std::move(extras));
  std::string version = shared->version_id;
  shared->tags = co_await tags_of(root, std::move(context), std::move(object), std::move(version));
  co_return shared;
}

}  // namespace sluice
