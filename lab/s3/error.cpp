#include "s3/error.hpp"

#include "sluice/codec/xml.hpp"

namespace sluice::lab {
namespace {

void append_element(std::string& out, std::string_view name, std::string_view text) {
  out.append("<").append(name).append(">");
  codec::append_xml_escaped(out, text);
  out.append("</").append(name).append(">");
}

}  // namespace

S3Error access_denied(std::string message) {
  return {403, "AccessDenied", std::move(message)};
}

S3Error invalid_argument(std::string message, std::string name, std::string value) {
  return S3Error(400, "InvalidArgument", std::move(message))
      .with("ArgumentName", std::move(name))
      .with("ArgumentValue", std::move(value));
}

S3Error invalid_request(std::string message) {
  return {400, "InvalidRequest", std::move(message)};
}

S3Error malformed_xml() {
  return {400, "MalformedXML", "The request body is not the XML this operation takes."};
}

S3Error not_implemented(std::string_view what) {
  return {501, "NotImplemented", std::string(what) + " is not implemented."};
}

S3Error no_such_bucket(std::string_view bucket) {
  return S3Error(404, "NoSuchBucket", "There is no such bucket.")
      .with("BucketName", std::string(bucket));
}

S3Error no_such_key(std::string_view key) {
  return S3Error(404, "NoSuchKey", "There is no such key.").with("Key", std::string(key));
}

S3Error no_such_upload(std::string_view upload_id) {
  return S3Error(404, "NoSuchUpload", "There is no such upload: unknown id, completed or aborted.")
      .with("UploadId", std::string(upload_id));
}

S3Error precondition_failed(std::string_view condition) {
  return S3Error(412, "PreconditionFailed", "A precondition of the request does not hold.")
      .with("Condition", std::string(condition));
}

std::string error_document(const S3Error& error, std::string_view resource,
                           std::string_view request_id) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>";
  append_element(out, "Code", error.code);
  append_element(out, "Message", error.message);
  for (const auto& [name, value] : error.details)
    append_element(out, name, value);
  append_element(out, "Resource", resource);
  append_element(out, "RequestId", request_id);
  append_element(out, "HostId", "sluice-lab");
  return out += "</Error>";
}

}  // namespace sluice::lab
