#pragma once

#include <string>
#include <string_view>

#include "s3/request.hpp"

namespace sluice::lab {

/// The ETag of an object whose data has this MD5 (raw): its hex, but opaque under KMS, as S3 has
/// it, or if MD5 was not computed.
std::string make_etag(S3World& world, const ObjectAttributes& attributes, std::string_view md5);

}  // namespace sluice::lab
