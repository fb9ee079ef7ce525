#include "fs/s3_guard.hpp"

namespace sluice {

Error changed_meanwhile(const aws::S3Location& object, std::string_view reason) {
  return {ErrorCode::conflict, "write", to_string(object),
          "not as it was when it was read: " + std::string(reason)};
}

Task<std::string> check_expected(S3Root& root, OpContext context, std::string path,
                                 WriteOptions options) {
  const aws::S3Location object = root.location_of(path);
  const aws::GetOptions plain{.range = {}, .if_match = {}, .version_id = {}, .checksum = false};
  const auto found = co_await root.client().head(std::move(context), object, plain);
  if (options.must_not_exist) {
    if (found) throw changed_meanwhile(object, "it exists");
    co_return std::string();
  }
  if (!found) throw changed_meanwhile(object, "it is gone");
  const FileInfo& expected = *options.expected;
  if (!expected.etag.empty()) {
    if (found->head.etag != expected.etag) throw changed_meanwhile(object, "its tag is another");
  } else if (found->head.size != expected.size ||
             (expected.mtime && found->head.modified != expected.mtime)) {
    throw changed_meanwhile(object, "its size or time is another");
  }
  co_return found->head.etag;
}

}  // namespace sluice
