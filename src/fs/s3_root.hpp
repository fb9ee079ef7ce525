#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "fs/s3_background.hpp"
#include "fs/s3_buffers.hpp"
#include "sluice/fs/s3_fs.hpp"

namespace sluice {

/// What the parts of one S3 file system share; it outlives them.
struct S3Root {
  S3Root(Runtime& the_runtime, S3FsOptions the_options);

  Runtime& runtime;
  S3FsOptions options;  ///< With `prefix` empty or ending in '/', and both semaphores set.
  std::shared_ptr<PartBuffers> buffers, read_buffers;
  S3Background background;
  bool told_of_unread_tags = false;
  /// Uploads whose abort failed; the next one that begins takes some along.
  std::deque<aws::S3Upload> unaborted;

  aws::S3Client& client() const { return *options.client; }
  /// Throws Error{invalid_input} for a path that cannot be a key: empty, or too long.
  aws::S3Location location_of(std::string_view path) const;
};

/// What a new object at `path` is given: the file's own attributes, then the file system's
/// defaults, then a content type by the name.
aws::S3Attributes attributes_for(const S3Root& root, std::string_view path,
                                 const WriteOptions& options);

/// The FileInfo that a walk would report after a write.
FileInfo written_file(std::string path, std::uint64_t size, std::string etag);

}  // namespace sluice
