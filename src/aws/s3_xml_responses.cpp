#include "aws/s3_response_text.hpp"
#include "sluice/aws/aws_error.hpp"
#include "sluice/aws/s3_responses.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/codec/xml.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

codec::XmlElement document(std::string_view body, std::string_view root) {
  codec::XmlElement element = codec::parse_xml(body, "S3 answer");
  if (element.name != root) {
    throw Error(ErrorCode::protocol, "parse S3 answer", "", "not a " + std::string(root));
  }
  return element;
}

std::uint32_t part_number_of(std::string_view text) {
  const std::uint64_t number = number_of(text);
  if (number > s3_max_parts)
    throw Error(ErrorCode::protocol, "parse S3 answer", "", "an impossible part number");
  return static_cast<std::uint32_t>(number);
}

bool url_encoded(const codec::XmlElement& element) {
  return element.text_of("EncodingType") == "url";
}

std::string key_of(const codec::XmlElement& element, std::string_view field, bool encoded) {
  const std::string_view text = element.text_of(field);
  return encoded ? decode_form(text) : std::string(text);
}

Error late_failure(std::string_view operation, std::string_view subject, std::string message) {
  Error error(ErrorCode::unavailable, std::string(operation), std::string(subject),
              std::move(message));
  return error.with_status(200);
}

}  // namespace

std::vector<DeleteFailure> parse_delete_result(std::string_view body) {
  std::vector<DeleteFailure> failures;
  const codec::XmlElement result = document(body, "DeleteResult");
  for (const codec::XmlElement& child : result.children) {
    if (child.name != "Error") continue;
    failures.push_back({.key = std::string(child.text_of("Key")),
                        .code = std::string(child.text_of("Code")),
                        .message = std::string(child.text_of("Message"))});
  }
  return failures;
}

std::string parse_upload_id(std::string_view body) {
  const codec::XmlElement result = document(body, "InitiateMultipartUploadResult");
  std::string id(result.text_of("UploadId"));
  if (id.empty()) throw Error(ErrorCode::protocol, "CreateMultipartUpload", "", "no UploadId");
  return id;
}

std::string parse_late_etag(std::string_view body, std::string_view operation,
                            std::string_view subject) {
  codec::XmlElement result;
  try {
    result = codec::parse_xml(body, operation);
  } catch (const Error& broken) {
    throw late_failure(operation, subject, "the answer is not whole").caused_by(broken);
  }
  if (result.name == "Error") {
    const ServiceError error = parse_service_error(ErrorFormat::xml, 200, {}, body);
    throw to_error(error, std::string(operation), std::string(subject));
  }
  std::string etag(unquoted(result.text_of("ETag")));
  if (etag.empty()) throw late_failure(operation, subject, "the answer has no ETag");
  return etag;
}

PartsPage parse_parts_page(std::string_view body) {
  const codec::XmlElement result = codec::parse_xml(body, "S3 answer");
  const bool known = result.name == "ListPartsResult" ||
                     result.name == "ListPartsResponse";  // the latter is moto's
  if (!known) throw Error(ErrorCode::protocol, "ListParts", "", "not a ListPartsResult");
  PartsPage page;
  page.truncated = result.text_of("IsTruncated") == "true";
  for (const codec::XmlElement& child : result.children) {
    if (child.name != "Part") continue;
    page.parts.push_back({.number = part_number_of(child.text_of("PartNumber")),
                          .etag = std::string(unquoted(child.text_of("ETag"))),
                          .size = number_of(child.text_of("Size"))});
  }
  if (page.truncated) page.next_marker = part_number_of(result.text_of("NextPartNumberMarker"));
  return page;
}

UploadsPage parse_uploads_page(std::string_view body) {
  const codec::XmlElement result = document(body, "ListMultipartUploadsResult");
  const bool encoded = url_encoded(result);
  UploadsPage page;
  page.truncated = result.text_of("IsTruncated") == "true";
  for (const codec::XmlElement& child : result.children) {
    if (child.name != "Upload") continue;
    page.uploads.push_back({.key = key_of(child, "Key", encoded),
                            .upload_id = std::string(child.text_of("UploadId")),
                            .initiated = codec::parse_iso8601(child.text_of("Initiated"))});
  }
  page.next = {.key = key_of(result, "NextKeyMarker", encoded),
               .upload_id = std::string(result.text_of("NextUploadIdMarker"))};
  if (page.truncated && page.next.key.empty()) {
    throw Error(ErrorCode::protocol, "ListMultipartUploads", "",
                "truncated, but no marker for the rest");
  }
  return page;
}

BucketsPage parse_buckets_page(std::string_view body) {
  const codec::XmlElement result = document(body, "ListAllMyBucketsResult");
  BucketsPage page;
  page.next_token = result.text_of("ContinuationToken");
  const codec::XmlElement* const buckets = result.find("Buckets");
  if (!buckets) return page;
  for (const codec::XmlElement& child : buckets->children) {
    if (child.name != "Bucket") continue;
    page.buckets.push_back({.name = std::string(child.text_of("Name")),
                            .created = codec::parse_iso8601(child.text_of("CreationDate"))});
    if (page.buckets.back().name.empty())
      throw Error(ErrorCode::protocol, "ListBuckets", "", "a bucket without a name");
  }
  return page;
}

std::map<std::string, std::string> parse_tagging(std::string_view body) {
  std::map<std::string, std::string> tags;
  const codec::XmlElement result = document(body, "Tagging");
  const codec::XmlElement* const set = result.find("TagSet");
  if (!set) return tags;
  for (const codec::XmlElement& tag : set->children) {
    tags.insert_or_assign(std::string(tag.text_of("Key")), std::string(tag.text_of("Value")));
  }
  return tags;
}

std::optional<std::string> multipart_etag(std::span<const CompletedPart> parts) {
  std::string digests;
  for (const CompletedPart& part : parts) {
    const auto digest = codec::from_hex(part.etag);
    if (!digest || digest->size() != codec::Md5Digest().size()) return std::nullopt;
    digests += *digest;
  }
  const codec::Md5Digest whole = codec::md5(as_bytes(digests));
  return codec::to_hex(whole) + "-" + std::to_string(parts.size());
}

}  // namespace sluice::aws
