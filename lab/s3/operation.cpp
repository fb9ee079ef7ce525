#include "s3/operation.hpp"

#include <algorithm>
#include <array>

namespace sluice::lab {
namespace {

/// Subresources of S3 that the lab does not have; ignoring one would do something else than was
/// asked.
constexpr std::array<std::string_view, 28> foreign_subresources{"accelerate",
                                                                "acl",
                                                                "analytics",
                                                                "attributes",
                                                                "cors",
                                                                "encryption",
                                                                "inventory",
                                                                "legal-hold",
                                                                "lifecycle",
                                                                "logging",
                                                                "metrics",
                                                                "notification",
                                                                "object-lock",
                                                                "policy",
                                                                "policyStatus",
                                                                "publicAccessBlock",
                                                                "replication",
                                                                "requestPayment",
                                                                "restore",
                                                                "retention",
                                                                "select",
                                                                "torrent",
                                                                "versions",
                                                                "website",
                                                                "intelligent-tiering",
                                                                "ownershipControls",
                                                                "renameObject",
                                                                "session"};

constexpr std::array<std::string_view, 25> names{"ListBuckets",
                                                 "CreateBucket",
                                                 "HeadBucket",
                                                 "DeleteBucket",
                                                 "GetBucketLocation",
                                                 "GetBucketVersioning",
                                                 "ListObjects",
                                                 "ListObjectsV2",
                                                 "ListMultipartUploads",
                                                 "DeleteObjects",
                                                 "GetObject",
                                                 "HeadObject",
                                                 "PutObject",
                                                 "CopyObject",
                                                 "DeleteObject",
                                                 "GetObjectTagging",
                                                 "PutObjectTagging",
                                                 "DeleteObjectTagging",
                                                 "CreateMultipartUpload",
                                                 "UploadPart",
                                                 "UploadPartCopy",
                                                 "CompleteMultipartUpload",
                                                 "AbortMultipartUpload",
                                                 "ListParts",
                                                 "Unknown"};

bool asks_foreign(const Query& query) {
  return std::ranges::any_of(query.pairs(), [](const auto& pair) {
    return std::ranges::find(foreign_subresources, pair.first) != foreign_subresources.end();
  });
}

Operation classify_bucket(std::string_view method, const Query& query) {
  const bool plain = !query.has("location") && !query.has("versioning") && !query.has("tagging");
  if (method == "GET") {
    if (query.has("location")) return Operation::get_bucket_location;
    if (query.has("versioning")) return Operation::get_bucket_versioning;
    if (query.has("uploads")) return Operation::list_multipart_uploads;
    if (query.has("tagging")) return Operation::unknown;
    return query.value_or_empty("list-type") == "2" ? Operation::list_objects_v2
                                                    : Operation::list_objects;
  }
  if (method == "POST" && query.has("delete")) return Operation::delete_objects;
  if (!plain) return Operation::unknown;
  if (method == "PUT") return Operation::create_bucket;
  if (method == "HEAD") return Operation::head_bucket;
  if (method == "DELETE") return Operation::delete_bucket;
  return Operation::unknown;
}

Operation classify_upload(std::string_view method, bool copies, const Query& query) {
  if (method == "PUT" && query.has("partNumber"))
    return copies ? Operation::upload_part_copy : Operation::upload_part;
  if (method == "POST") return Operation::complete_multipart_upload;
  if (method == "DELETE") return Operation::abort_multipart_upload;
  if (method == "GET") return Operation::list_parts;
  return Operation::unknown;
}

Operation classify_tagging(std::string_view method) {
  if (method == "GET") return Operation::get_object_tagging;
  if (method == "PUT") return Operation::put_object_tagging;
  if (method == "DELETE") return Operation::delete_object_tagging;
  return Operation::unknown;
}

Operation classify_object(const Target& target, const Query& query) {
  if (query.has("uploadId")) return classify_upload(target.method, target.copies, query);
  if (query.has("tagging")) return classify_tagging(target.method);
  if (target.method == "GET") return Operation::get_object;
  if (target.method == "HEAD") return Operation::head_object;
  if (target.method == "PUT") return target.copies ? Operation::copy_object : Operation::put_object;
  if (target.method == "DELETE") return Operation::delete_object;
  if (target.method == "POST" && query.has("uploads")) return Operation::create_multipart_upload;
  return Operation::unknown;
}

}  // namespace

std::string_view name_of(Operation operation) {
  return names[static_cast<std::size_t>(operation)];
}

std::optional<Operation> operation_named(std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Operation>(found - names.begin());
}

BodyUse body_use_of(Operation operation) {
  switch (operation) {
    case Operation::put_object:
    case Operation::upload_part:
      return BodyUse::data;
    case Operation::create_bucket:
    case Operation::delete_objects:
    case Operation::put_object_tagging:
    case Operation::complete_multipart_upload:
      return BodyUse::document;
    default:
      return BodyUse::none;
  }
}

Operation classify(const Target& target, const Query& query) {
  if (asks_foreign(query)) return Operation::unknown;
  if (!target.has_bucket)
    return target.method == "GET" ? Operation::list_buckets : Operation::unknown;
  return target.has_key ? classify_object(target, query) : classify_bucket(target.method, query);
}

}  // namespace sluice::lab
