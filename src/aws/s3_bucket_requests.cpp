#include "aws/s3_request_parts.hpp"
#include "sluice/aws/s3_requests.hpp"

namespace sluice::aws {

S3Request list_objects_request(std::string bucket, const ListOptions& options) {
  S3Request request =
      make_request("ListObjectsV2", "GET", {.bucket = std::move(bucket), .key = {}});
  // encoding-type=url, since XML 1.0 cannot carry control characters.
  request.query = QueryText()
                      .add_if("continuation-token", options.continuation_token)
                      .add_if("delimiter", options.delimiter)
                      .add("encoding-type", "url")
                      .add("list-type", "2")
                      .add("max-keys", options.max_keys)
                      .add_if("prefix", options.prefix)
                      .add_if("start-after", options.start_after)
                      .take();
  if (options.restore_status) {
    request.headers.add("x-amz-optional-object-attributes", "RestoreStatus");
  }
  return request;
}

S3Request delete_objects_request(std::string bucket, std::span<const std::string> keys) {
  S3Request request =
      make_request("DeleteObjects", "POST", {.bucket = std::move(bucket), .key = {}});
  request.query = "delete";
  request.headers.add("Content-Type", "application/xml");
  std::string& text = request.text;
  text.append("<Delete xmlns=\"").append(s3_namespace).append("\">");
  for (const std::string& key : keys) {
    text += "<Object>";
    append_xml_field(text, "Key", key);
    text += "</Object>";
  }
  text += "<Quiet>true</Quiet></Delete>";  // only failures are answered
  return request;
}

S3Request list_buckets_request(std::string_view continuation_token) {
  S3Request request = make_request("ListBuckets", "GET", {});
  request.query = QueryText().add_if("continuation-token", continuation_token).take();
  return request;
}

S3Request create_bucket_request(std::string bucket, std::string_view region) {
  S3Request request = make_request("CreateBucket", "PUT", {.bucket = std::move(bucket), .key = {}});
  if (region.empty() || region == "us-east-1")
    return request;  // the one region that must not be named
  std::string& text = request.text;
  text.append("<CreateBucketConfiguration xmlns=\"").append(s3_namespace).append("\">");
  append_xml_field(text, "LocationConstraint", region);
  text += "</CreateBucketConfiguration>";
  return request;
}

S3Request delete_bucket_request(std::string bucket) {
  return make_request("DeleteBucket", "DELETE", {.bucket = std::move(bucket), .key = {}});
}

S3Request head_bucket_request(std::string bucket) {
  return make_request("HeadBucket", "HEAD", {.bucket = std::move(bucket), .key = {}});
}

S3Request list_multipart_uploads_request(std::string bucket, std::string_view prefix,
                                         const UploadsMarker& after) {
  S3Request request =
      make_request("ListMultipartUploads", "GET", {.bucket = std::move(bucket), .key = {}});
  request.query = QueryText()
                      .flag("uploads")
                      .add("encoding-type", "url")
                      .add_if("key-marker", after.key)
                      .add_if("prefix", prefix)
                      .add_if("upload-id-marker", after.upload_id)
                      .take();
  return request;
}

}  // namespace sluice::aws
