#pragma once

#include <memory>
#include <string>

#include "sluice/async/task.hpp"
#include "sluice/aws/s3_requests.hpp"
#include "sluice/aws/s3_responses.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/fs/file_system.hpp"

namespace sluice::glue {

struct BucketPlace {
  std::string bucket;
  std::string region;  ///< Empty: the client's own.
};

/// What the downloader needs of S3; tests bring their own.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  /// One page of ListObjectsV2 into `page`, retried as the engine does.
  virtual Task<> list(OpContext context, BucketPlace place, aws::ListOptions options,
                      aws::ListPage& page) = 0;
  /// The bucket's objects, each under its whole key, without retries of its own: the downloader
  /// retries. Kept open; one for each place.
  virtual Task<std::shared_ptr<FileSystem>> open(OpContext context, BucketPlace place) = 0;
};

}  // namespace sluice::glue
