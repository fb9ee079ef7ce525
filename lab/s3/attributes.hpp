#pragma once

#include <string_view>

#include "http/response.hpp"
#include "s3/object.hpp"
#include "s3/request.hpp"

namespace sluice::lab {

/// Everything a PUT, copy with REPLACE or CreateMultipartUpload says about the new object. Throws
/// S3Error.
ObjectAttributes read_attributes(const RequestHead& head);

/// x-amz-storage-class of a request; "STANDARD" without one. Throws InvalidStorageClass.
std::string read_storage_class(const RequestHead& head);
Pairs read_encryption(const RequestHead& head);
/// "a=b&c=d" as x-amz-tagging has it. Throws InvalidTag.
Pairs read_tags(std::string_view text);
/// At most ten, each key once, lengths within bounds. Throws S3Error.
void check_tags(const Pairs& tags);

/// The fields of GetObject and HeadObject that describe the object.
void append_object_fields(Response& response, const Object& object);
void append_encryption(Response& response, const Object& object);
void append_checksum(Response& response, const Checksum& checksum);

/// Content-Length and framing aside, a quoted tag.
std::string quoted_etag(std::string_view etag);

}  // namespace sluice::lab
