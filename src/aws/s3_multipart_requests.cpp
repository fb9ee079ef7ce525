#include <algorithm>

#include "aws/s3_metadata.hpp"
#include "aws/s3_request_parts.hpp"
#include "sluice/aws/s3_requests.hpp"

namespace sluice::aws {
namespace {

std::string part_query(const S3Upload& upload, std::uint32_t number) {
  return QueryText().add("partNumber", number).add("uploadId", upload.id).take();
}

std::string upload_query(const S3Upload& upload) {
  return QueryText().add("uploadId", upload.id).take();
}

}  // namespace

S3Request create_multipart_request(S3Location object, const FileExtras* attributes,
                                   MultipartChecksum checksum) {
  S3Request request = make_request("CreateMultipartUpload", "POST", std::move(object));
  request.query = "uploads";
  net::HeaderList& headers = request.headers;
  if (attributes) add_attribute_headers(headers, *attributes);
  if (!headers.find("content-type")) headers.add("Content-Type", "binary/octet-stream");
  if (checksum.algorithm != ChecksumAlgorithm::none) {
    headers.add("x-amz-checksum-algorithm", name_of(checksum.algorithm));
    headers.add("x-amz-checksum-type", checksum.full_object() ? "FULL_OBJECT" : "COMPOSITE");
  }
  return request;
}

S3Request upload_part_request(const S3Upload& upload, std::uint32_t number, Bytes body) {
  S3Request request = make_request("UploadPart", "PUT", upload.object);
  request.query = part_query(upload, number);
  request.body = body;
  return request;
}

S3Request upload_part_copy_request(const S3Upload& upload, std::uint32_t number,
                                   const S3Location& from, ByteRange range,
                                   const CopyOptions& options) {
  S3Request request = make_request("UploadPartCopy", "PUT", upload.object);
  request.query = part_query(upload, number);
  request.answers_early = true;
  request.headers.add("x-amz-copy-source", copy_source(from, options.source_version));
  request.headers.add("x-amz-copy-source-range", range_text(range));
  if (!options.source_if_match.empty()) {
    request.headers.add("x-amz-copy-source-if-match", quoted_tag(options.source_if_match));
  }
  return request;
}

S3Request complete_multipart_request(const S3Upload& upload, std::span<const CompletedPart> parts,
                                     MultipartChecksum checksum, std::string_view whole,
                                     const WriteCondition& condition) {
  S3Request request = make_request("CompleteMultipartUpload", "POST", upload.object);
  request.query = upload_query(upload);
  request.answers_early = true;
  request.remembers = true;
  request.headers.add("Content-Type", "application/xml");
  if (!whole.empty()) {
    request.headers.add(checksum_header(checksum.algorithm), whole);
    request.headers.add("x-amz-checksum-type", "FULL_OBJECT");
  }
  add_condition(request.headers, condition);
  const std::string checksum_field = "Checksum" + std::string(name_of(checksum.algorithm));
  std::string& text = request.text;
  text.append("<CompleteMultipartUpload xmlns=\"").append(s3_namespace).append("\">");
  for (const CompletedPart& part : parts) {
    text += "<Part>";
    append_xml_field(text, "ETag", quoted_tag(part.etag));
    append_xml_field(text, "PartNumber", std::to_string(part.number));
    if (!part.checksum.empty()) append_xml_field(text, checksum_field, part.checksum);
    text += "</Part>";
  }
  text += "</CompleteMultipartUpload>";
  return request;
}

S3Request abort_multipart_request(const S3Upload& upload) {
  S3Request request = make_request("AbortMultipartUpload", "DELETE", upload.object);
  request.query = upload_query(upload);
  return request;
}

S3Request list_parts_request(const S3Upload& upload, std::uint32_t after) {
  S3Request request = make_request("ListParts", "GET", upload.object);
  QueryText query;
  if (after > 0) query.add("part-number-marker", after);
  request.query = query.add("uploadId", upload.id).take();
  return request;
}

std::uint64_t part_size_for(std::uint64_t size, std::uint64_t least) {
  const std::uint64_t needed = std::max(least, (size + s3_max_parts - 1) / s3_max_parts);
  return (needed + 1_MiB - 1) / 1_MiB * 1_MiB;
}

}  // namespace sluice::aws
