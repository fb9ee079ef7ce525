#pragma once

#include <string>

#include "s3/request.hpp"

namespace sluice::lab {

struct CopySource {
  std::string bucket;
  std::string key;
  ObjectPtr object;
};

/// x-amz-copy-source ("bucket/key", percent-encoded, perhaps "?versionId=null"), with its
/// conditions checked. Throws S3Error.
CopySource find_copy_source(S3World& world, const S3Request& request);

struct CopiedContent {
  Content content;
  std::string md5;  ///< Raw; empty if ETags are opaque.
  Checksum checksum;
};

/// The same bytes for another object. Blobs are shared, not copied, unless the storage could not
/// name them again; all are read, as a copy's ETag and checksum are those of its bytes however it
/// was uploaded.
CopiedContent copy_content(S3World& world, const Content& source, ChecksumAlgorithm algorithm);

}  // namespace sluice::lab
