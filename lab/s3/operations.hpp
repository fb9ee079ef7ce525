#pragma once

#include "http/response.hpp"
#include "s3/payload.hpp"
#include "s3/request.hpp"

namespace sluice::lab {

/// Answers an operation without a body. Throws S3Error.
Response run_operation(S3World& world, const S3Request& request);

/// What is known to be wrong before the body arrives. Throws S3Error.
void check_before_body(S3World& world, const S3Request& request);
/// How the body is to be read, for operations that take one.
PayloadOptions payload_options(S3World& world, const S3Request& request);
/// Answers an operation whose body was read. Throws S3Error.
Response run_operation(S3World& world, const S3Request& request, const ReadPayload& payload);

// bucket_operations.cpp
Response list_buckets(S3World& world, const S3Request& request);
Response create_bucket(S3World& world, const S3Request& request, const ReadPayload& payload);
Response head_bucket(S3World& world, const S3Request& request);
Response delete_bucket(S3World& world, const S3Request& request);
Response get_bucket_location(S3World& world, const S3Request& request);
Response get_bucket_versioning(S3World& world, const S3Request& request);

// list_operations.cpp
Response list_objects_v2(S3World& world, const S3Request& request);
Response list_objects(S3World& world, const S3Request& request);

// read_operations.cpp
Response read_object(S3World& world, const S3Request& request);  ///< GetObject and HeadObject

// write_operations.cpp
Response put_object(S3World& world, const S3Request& request, const ReadPayload& payload);
Response copy_object(S3World& world, const S3Request& request);
Response delete_object(S3World& world, const S3Request& request);
Response delete_objects(S3World& world, const S3Request& request, const ReadPayload& payload);

// tagging_operations.cpp
Response get_object_tagging(S3World& world, const S3Request& request);
Response put_object_tagging(S3World& world, const S3Request& request, const ReadPayload& payload);
Response delete_object_tagging(S3World& world, const S3Request& request);

// multipart_operations.cpp
Response create_multipart_upload(S3World& world, const S3Request& request);
Response upload_part(S3World& world, const S3Request& request, const ReadPayload& payload);
Response upload_part_copy(S3World& world, const S3Request& request);
Response abort_multipart_upload(S3World& world, const S3Request& request);
Response list_parts(S3World& world, const S3Request& request);
Response list_multipart_uploads(S3World& world, const S3Request& request);
Upload& upload_of(S3World& world, const S3Request& request);  ///< Throws NoSuchUpload.

// multipart_complete.cpp
Response complete_multipart_upload(S3World& world, const S3Request& request,
                                   const ReadPayload& payload);

/// An answer that is a document.
Response xml_response(std::string document);

}  // namespace sluice::lab
