#include "s3/operations.hpp"

#include "s3/conditions.hpp"
#include "s3/error.hpp"

namespace sluice::lab {
namespace {

constexpr std::uint64_t max_document_bytes = 16_MiB;
constexpr std::uint64_t max_object_bytes = 5_GiB;

}  // namespace

Response xml_response(std::string document) {
  Response response;
  response.body = std::move(document);
  response.field("Content-Type", "application/xml");
  return response;
}

Response run_operation(S3World& world, const S3Request& request) {
  switch (request.operation) {
    case Operation::list_buckets:
      return list_buckets(world, request);
    case Operation::head_bucket:
      return head_bucket(world, request);
    case Operation::delete_bucket:
      return delete_bucket(world, request);
    case Operation::get_bucket_location:
      return get_bucket_location(world, request);
    case Operation::get_bucket_versioning:
      return get_bucket_versioning(world, request);
    case Operation::list_objects:
      return list_objects(world, request);
    case Operation::list_objects_v2:
      return list_objects_v2(world, request);
    case Operation::list_multipart_uploads:
      return list_multipart_uploads(world, request);
    case Operation::get_object:
      return read_object(world, request);
    case Operation::head_object:
      return read_object(world, request);
    case Operation::copy_object:
      return copy_object(world, request);
    case Operation::delete_object:
      return delete_object(world, request);
    case Operation::get_object_tagging:
      return get_object_tagging(world, request);
    case Operation::delete_object_tagging:
      return delete_object_tagging(world, request);
    case Operation::create_multipart_upload:
      return create_multipart_upload(world, request);
    case Operation::upload_part_copy:
      return upload_part_copy(world, request);
    case Operation::abort_multipart_upload:
      return abort_multipart_upload(world, request);
    case Operation::list_parts:
      return list_parts(world, request);
    default:
      throw not_implemented("This operation");
  }
}

void check_before_body(S3World& world, const S3Request& request) {
  if (request.operation == Operation::create_bucket) return;
  const auto& bucket = bucket_of(world, request);
  if (request.operation == Operation::put_object)
    check_write_conditions(request, bucket.objects.find(request.key));
  if (request.operation == Operation::upload_part) upload_of(world, request);
}

PayloadOptions payload_options(S3World& world, const S3Request& request) {
  if (body_use_of(request.operation) == BodyUse::document)
    return {.max_bytes = max_document_bytes,
            .verify_checksum_header = request.operation != Operation::complete_multipart_upload};
  PayloadOptions options{.max_bytes = max_object_bytes,
                         .want_md5 = world.options.etags == EtagKind::md5,
                         .checksum = ChecksumAlgorithm::crc64nvme};
  if (request.operation == Operation::upload_part)
    options.checksum = upload_of(world, request).algorithm.value_or(ChecksumAlgorithm::crc64nvme);
  return options;
}

Response run_operation(S3World& world, const S3Request& request, const ReadPayload& payload) {
  switch (request.operation) {
    case Operation::create_bucket:
      return create_bucket(world, request, payload);
    case Operation::put_object:
      return put_object(world, request, payload);
    case Operation::upload_part:
      return upload_part(world, request, payload);
    case Operation::delete_objects:
      return delete_objects(world, request, payload);
    case Operation::put_object_tagging:
      return put_object_tagging(world, request, payload);
    case Operation::complete_multipart_upload:
      return complete_multipart_upload(world, request, payload);
    default:
      throw not_implemented("This operation");
  }
}

}  // namespace sluice::lab
