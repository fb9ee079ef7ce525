#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "s3/query.hpp"

namespace sluice::lab {

enum class Operation : std::uint8_t {
  list_buckets,
  create_bucket,
  head_bucket,
  delete_bucket,
  get_bucket_location,
  get_bucket_versioning,
  list_objects,
  list_objects_v2,
  list_multipart_uploads,
  delete_objects,
  get_object,
  head_object,
  put_object,
  copy_object,
  delete_object,
  get_object_tagging,
  put_object_tagging,
  delete_object_tagging,
  create_multipart_upload,
  upload_part,
  upload_part_copy,
  complete_multipart_upload,
  abort_multipart_upload,
  list_parts,
  unknown,
};

/// What an operation does with its request's body.
enum class BodyUse : std::uint8_t { none, data, document };

std::string_view name_of(Operation operation);  ///< AWS's name: "GetObject".
std::optional<Operation> operation_named(std::string_view name);
BodyUse body_use_of(Operation operation);

struct Target {
  std::string_view method;
  bool has_bucket = false;
  bool has_key = false;
  bool copies = false;  ///< x-amz-copy-source is there.
};

/// `unknown` for what the lab does not serve.
Operation classify(const Target& target, const Query& query);

}  // namespace sluice::lab
