#include <fmt/format.h>

#include <algorithm>

#include "s3/attributes.hpp"
#include "s3/copy_source.hpp"
#include "s3/error.hpp"
#include "s3/etag.hpp"
#include "s3/operations.hpp"
#include "s3/range.hpp"
#include "s3/xml_writer.hpp"

namespace sluice::lab {
namespace {

constexpr int max_part_number = 10'000;

ChecksumType default_type(ChecksumAlgorithm algorithm) {
  return algorithm == ChecksumAlgorithm::crc64nvme ? ChecksumType::full_object
                                                   : ChecksumType::composite;
}

bool allows(ChecksumAlgorithm algorithm, ChecksumType type) {
  const bool sha = algorithm == ChecksumAlgorithm::sha1 || algorithm == ChecksumAlgorithm::sha256;
  if (sha) return type == ChecksumType::composite;
  return algorithm != ChecksumAlgorithm::crc64nvme || type == ChecksumType::full_object;
}

void read_checksum_kind(const S3Request& request, Upload& upload) {
  const auto algorithm = request.head->find("x-amz-checksum-algorithm");
  const auto type = request.head->find("x-amz-checksum-type");
  if (!algorithm) {
    if (type)
      throw invalid_request(
          "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm "
          "header.");
    return;
  }
  upload.algorithm = parse_checksum_algorithm(*algorithm);
  if (!upload.algorithm) throw invalid_request("Checksum algorithm provided is unsupported.");
  const auto wanted = type ? parse_checksum_type(*type) : default_type(*upload.algorithm);
  if (!wanted) throw invalid_request("Value for x-amz-checksum-type header is invalid.");
  if (!allows(*upload.algorithm, *wanted))
    throw invalid_request(
        fmt::format("The {} checksum type cannot be used with the {} checksum algorithm.",
                    name_of(*wanted), name_of(*upload.algorithm)));
  upload.type = *wanted;
}

int part_number(const S3Request& request) {
  return number_in(request.query, "partNumber", 1, 1, max_part_number);
}

void write_upload_ids(XmlWriter& xml, const S3Request& request, std::string_view id,
                      std::string_view key) {
  xml.text("Bucket", request.bucket);
  xml.text("Key", key);
  xml.text("UploadId", id);
}

UploadPart make_part(S3World& world, const S3Request& request, Content content, std::string md5,
                     Checksum checksum) {
  UploadPart part{.content = std::move(content),
                  .md5 = std::move(md5),
                  .etag = {},
                  .checksum = std::move(checksum),
                  .modified = {}};
  part.etag = make_etag(world, upload_of(world, request).attributes, part.md5);
  part.modified = std::chrono::floor<std::chrono::seconds>(request.now);
  return part;
}

}  // namespace

Upload& upload_of(S3World& world, const S3Request& request) {
  auto& uploads = bucket_of(world, request).uploads;
  const auto id = request.query.value_or_empty("uploadId");
  const auto found = uploads.find(id);
  if (found == uploads.end() || found->second.key != request.key) throw no_such_upload(id);
  return found->second;
}

Response create_multipart_upload(S3World& world, const S3Request& request) {
  auto& bucket = bucket_of(world, request);
  Upload upload{.key = request.key,
                .started = std::chrono::floor<std::chrono::seconds>(request.now),
                .attributes = read_attributes(*request.head),
                .algorithm = {},
                .parts = {}};
  read_checksum_kind(request, upload);
  const auto id = world.random.hex_id() + world.random.hex_id();
  XmlWriter xml("InitiateMultipartUploadResult");
  write_upload_ids(xml, request, id, request.key);
  auto response = xml_response(std::move(xml).finish());
  if (upload.algorithm) {
    response.field("x-amz-checksum-algorithm", name_of(*upload.algorithm));
    response.field("x-amz-checksum-type", name_of(upload.type));
  }
  for (const auto& [name, value] : upload.attributes.encryption)
    response.field(name, value);
  bucket.uploads.emplace(id, std::move(upload));
  return response;
}

Response upload_part(S3World& world, const S3Request& request, const ReadPayload& payload) {
  auto& upload = upload_of(world, request);
  if (upload.algorithm && payload.checksum->algorithm != *upload.algorithm)
    throw invalid_request(fmt::format(
        "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
        name_of(*upload.algorithm), name_of(payload.checksum->algorithm)));
  const auto number = part_number(request);
  auto part = make_part(world, request, Content::of(payload.blob), payload.md5, *payload.checksum);
  Response response;
  response.field("ETag", quoted_etag(part.etag));
  response.field(header_of(part.checksum.algorithm), part.checksum.value);
  upload.parts.insert_or_assign(number, std::move(part));
  return response;
}

Response upload_part_copy(S3World& world, const S3Request& request) {
  auto& upload = upload_of(world, request);
  const auto source = find_copy_source(world, request);
  auto content = source.object->content;
  if (const auto field = request.head->find("x-amz-copy-source-range")) {
    const auto range = parse_closed_range(*field);
    if (!range || range->last >= content.size())
      throw invalid_argument(
          "The x-amz-copy-source-range value must be of the form bytes=first-last within the "
          "source",
          "x-amz-copy-source-range", std::string(*field));
    content = content.slice(range->first, range->length());
  }
  const auto number = part_number(request);
  auto copy = copy_content(world, content, upload.algorithm.value_or(ChecksumAlgorithm::crc64nvme));
  auto part = make_part(world, request, std::move(copy.content), std::move(copy.md5),
                        std::move(copy.checksum));
  XmlWriter xml("CopyPartResult");
  xml.plain("LastModified", format_s3_time(part.modified));
  xml.etag(part.etag);
  if (upload.algorithm) xml.plain(element_of(part.checksum.algorithm), part.checksum.value);
  upload.parts.insert_or_assign(number, std::move(part));
  return xml_response(std::move(xml).finish());
}

Response abort_multipart_upload(S3World& world, const S3Request& request) {
  upload_of(world, request);
  auto& uploads = bucket_of(world, request).uploads;
  uploads.erase(uploads.find(request.query.value_or_empty("uploadId")));
  Response response;
  response.status = 204;
  return response;
}

Response list_parts(S3World& world, const S3Request& request) {
  const auto& upload = upload_of(world, request);
  const int marker = number_in(request.query, "part-number-marker", 0, 0, 2'147'483'647);
  const int limit = std::min(1000, number_in(request.query, "max-parts", 1000, 0, 2'147'483'647));
  XmlWriter xml("ListPartsResult");
  write_upload_ids(xml, request, request.query.value_or_empty("uploadId"), request.key);
  xml.text("StorageClass", upload.attributes.storage_class);
  if (upload.algorithm) {
    xml.plain("ChecksumAlgorithm", name_of(*upload.algorithm));
    xml.plain("ChecksumType", name_of(upload.type));
  }
  xml.number("PartNumberMarker", marker);
  xml.number("MaxParts", limit);
  auto part = upload.parts.upper_bound(marker);
  int last = marker;
  for (int taken = 0; taken < limit && part != upload.parts.end(); ++taken, ++part) {
    last = part->first;
    xml.open("Part");
    xml.number("PartNumber", part->first);
    xml.plain("LastModified", format_s3_time(part->second.modified));
    xml.etag(part->second.etag);
    xml.number("Size", part->second.content.size());
    if (upload.algorithm)
      xml.plain(element_of(part->second.checksum.algorithm), part->second.checksum.value);
    xml.close("Part");
  }
  const bool truncated = limit > 0 && part != upload.parts.end();
  xml.number("NextPartNumberMarker", last);
  xml.flag("IsTruncated", truncated);
  return xml_response(std::move(xml).finish());
}

}  // namespace sluice::lab
