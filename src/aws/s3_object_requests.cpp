#include "aws/s3_metadata.hpp"
#include "aws/s3_request_parts.hpp"
#include "sluice/aws/s3_requests.hpp"

namespace sluice::aws {
namespace {

S3Request read_request(std::string_view operation, std::string_view method, S3Location object,
                       const GetOptions& options) {
  S3Request request = make_request(operation, method, std::move(object));
  if (!options.version_id.empty()) {
    request.query = QueryText().add("versionId", options.version_id).take();
  }
  if (options.range) request.headers.add("Range", range_text(*options.range));
  if (!options.if_match.empty()) request.headers.add("If-Match", quoted_tag(options.if_match));
  if (options.checksum) request.headers.add("x-amz-checksum-mode", "ENABLED");
  return request;
}

void add_encryption(net::HeaderList& headers, std::string_view encryption,
                    std::string_view key_id) {
  if (encryption.empty()) return;
  headers.add("x-amz-server-side-encryption", encryption);
  if (!key_id.empty()) headers.add("x-amz-server-side-encryption-aws-kms-key-id", key_id);
}

}  // namespace

S3Request head_object_request(S3Location object, const GetOptions& options) {
  return read_request("HeadObject", "HEAD", std::move(object), options);
}

S3Request get_object_request(S3Location object, const GetOptions& options) {
  return read_request("GetObject", "GET", std::move(object), options);
}

S3Request put_object_request(S3Location object, Bytes body, const FileExtras* attributes,
                             const WriteCondition& condition) {
  S3Request request = make_request("PutObject", "PUT", std::move(object));
  request.body = body;
  if (attributes) add_attribute_headers(request.headers, *attributes);
  if (!request.headers.find("content-type")) {
    // S3's own default; said aloud because some servers guess from the bytes, or take forms apart.
    request.headers.add("Content-Type", "binary/octet-stream");
  }
  add_condition(request.headers, condition);
  request.remembers = condition.any();
  return request;
}

S3Request delete_object_request(S3Location object) {
  return make_request("DeleteObject", "DELETE", std::move(object));
}

S3Request copy_object_request(S3Location from, S3Location to, const CopyOptions& options) {
  S3Request request = make_request("CopyObject", "PUT", std::move(to));
  request.answers_early = true;
  net::HeaderList& headers = request.headers;
  headers.add("x-amz-copy-source", copy_source(from, options.source_version));
  if (!options.source_if_match.empty()) {
    headers.add("x-amz-copy-source-if-match", quoted_tag(options.source_if_match));
  }
  if (options.replace) {
    headers.add("x-amz-metadata-directive", "REPLACE");
    if (options.replace->tags) headers.add("x-amz-tagging-directive", "REPLACE");
    add_attribute_headers(headers, *options.replace);
  } else {
    if (!options.storage_class.empty()) headers.add("x-amz-storage-class", options.storage_class);
    add_encryption(headers, options.encryption, options.encryption_key_id);
  }
  add_condition(headers, options.condition);
  return request;
}

S3Request get_tagging_request(S3Location object, std::string_view version_id) {
  S3Request request = make_request("GetObjectTagging", "GET", std::move(object));
  request.query = QueryText().flag("tagging").add_if("versionId", version_id).take();
  return request;
}

S3Request put_tagging_request(S3Location object, const std::map<std::string, std::string>& tags) {
  S3Request request = make_request("PutObjectTagging", "PUT", std::move(object));
  request.query = "tagging";
  request.headers.add("Content-Type", "application/xml");
  std::string& text = request.text;
  text.append("<Tagging xmlns=\"").append(s3_namespace).append("\"><TagSet>");
  for (const auto& [name, value] : tags) {
    text += "<Tag>";
    append_xml_field(text, "Key", name);
    append_xml_field(text, "Value", value);
    text += "</Tag>";
  }
  text += "</TagSet></Tagging>";
  return request;
}

}  // namespace sluice::aws
