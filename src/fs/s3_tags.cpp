#include "fs/s3_tags.hpp"

#include <fmt/format.h>

#include <utility>

#include "sluice/core/error.hpp"

namespace sluice {

namespace {

void warn_once(S3Root& root, const OpContext& context, const Error& error) {
  if (std::exchange(root.told_of_unread_tags, true)) return;
  context.log.warn("Tags may not be read: a file written anew loses those that S3 does not mention",
                   {{"error", error.what()}});
}

}  // namespace

Task<std::optional<Tags>> tags_of(S3Root& root, OpContext context, aws::S3Location object,
                                  std::string version_id) {
  std::optional<Tags> tags;
  try {
    tags = co_await root.client().get_tags(context, std::move(object), std::move(version_id));
  } catch (const Error& error) {
    // NoSuchTagSet is how some servers say "none".
    const bool unavailable =
        error.code() == ErrorCode::permission_denied || error.code() == ErrorCode::unsupported;
    if (error.server_code() == "NoSuchTagSet") {
      tags.emplace();
    } else if (!unavailable) {
      throw;
    } else if (error.code() == ErrorCode::permission_denied) {
      warn_once(root, context, error);
    }
  }
  co_return tags;
}

void require_tags(const aws::S3Location& object, const aws::ObjectHead& head,
                  const std::optional<Tags>& tags) {
  if (tags || head.tag_count == 0) return;
  throw Error(
      ErrorCode::permission_denied, "GetObjectTagging", to_string(object),
      fmt::format("it has {} tags that may not be read, and would lose them", head.tag_count));
}

Task<std::shared_ptr<const FileExtras>> with_tags(S3Root& root, OpContext context,
                                                  aws::S3Location object, FileExtras extras) {
  auto shared = std::make_shared<FileExtras>(std::move(extras));
  std::string version = shared->version_id;
  shared->tags = co_await tags_of(root, std::move(context), std::move(object), std::move(version));
  co_return shared;
}

}  // namespace sluice
