#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "s3/checksum.hpp"
#include "sluice/core/time.hpp"
#include "storage/content.hpp"

namespace sluice::lab {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// What a client says about an object when it is made; kept word for word.
struct ObjectAttributes {
  Pairs system;    ///< Content-Type and its like, by canonical header name.
  Pairs metadata;  ///< Without the "x-amz-meta-" prefix, lower case.
  Pairs tags;
  Pairs encryption;  ///< x-amz-server-side-encryption…, echoed.
  std::string storage_class = "STANDARD";
};

struct PartInfo {
  std::uint64_t size = 0;
  std::string checksum;  ///< Base64; empty if the upload had no algorithm.
};

/// An object is never changed, only replaced.
struct Object {
  Content content;
  std::string etag;    ///< Without quotes.
  TimePoint modified;  ///< Whole seconds, as S3 keeps them.
  ObjectAttributes attributes;
  Checksum checksum;
  std::vector<PartInfo> parts;  ///< Of a multipart object.

  bool archived() const {
    return attributes.storage_class == "DEEP_ARCHIVE" || attributes.storage_class == "GLACIER";
  }
};

using ObjectPtr = std::shared_ptr<const Object>;

}  // namespace sluice::lab
