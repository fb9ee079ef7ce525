#include <fmt/format.h>

#include <charconv>

#include "s3/attributes.hpp"
#include "s3/conditions.hpp"
#include "s3/error.hpp"
#include "s3/operations.hpp"
#include "s3/xml_writer.hpp"
#include "sluice/codec/base64.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/codec/xml.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

constexpr std::uint64_t min_part_bytes = 5_MiB;  // all but the last

struct NamedPart {
  int number = 0;
  std::string etag;  ///< Without quotes.
  std::string checksum;
  std::string checksum_element;  ///< "ChecksumCRC32"; empty without one.
};

NamedPart read_part(const codec::XmlElement& element) {
  NamedPart part;
  const auto number = element.text_of("PartNumber");
  const auto [end, code] =
      std::from_chars(number.data(), number.data() + number.size(), part.number);
  if (code != std::errc{} || end != number.data() + number.size()) throw malformed_xml();
  part.etag = element.text_of("ETag");
  std::erase(part.etag, '"');
  for (const auto algorithm : all_checksum_algorithms) {
    const auto name = element_of(algorithm);
    if (!element.find(name)) continue;
    part.checksum = element.text_of(name);
    part.checksum_element = name;
  }
  return part;
}

std::vector<NamedPart> read_parts(const std::string& document) {
  std::vector<NamedPart> parts;
  try {
    const auto root = codec::parse_xml(document, "CompleteMultipartUpload");
    for (const auto& child : root.children)
      if (child.name == "Part") parts.push_back(read_part(child));
  } catch (const Error&) {
    throw malformed_xml();
  }
  if (parts.empty()) throw S3Error(400, "MalformedXML", "You must specify at least one part");
  for (std::size_t i = 1; i < parts.size(); ++i)
    if (parts[i].number <= parts[i - 1].number)
      throw S3Error(400, "InvalidPartOrder", "The list of parts was not in ascending order.");
  return parts;
}

void check_part_checksum(const Upload& upload, const NamedPart& named, const UploadPart& part) {
  const bool composite = upload.algorithm && upload.type == ChecksumType::composite;
  if (named.checksum.empty()) {
    if (composite)
      throw invalid_request(fmt::format(
          "The upload was created using a {} checksum. The complete request must include the "
          "checksum for each part. It was missing for part {} in the request.",
          name_of(*upload.algorithm), named.number));
    return;
  }
  // An upload without an algorithm takes no checksums here, not even right ones.
  const bool right = upload.algorithm && named.checksum_element == element_of(*upload.algorithm) &&
                     named.checksum == part.checksum.value;
  if (!right)
    throw S3Error(400, "InvalidPart", "The checksum of a part is not the one it was uploaded with.")
        .with("PartNumber", fmt::format("{}", named.number));
}

const UploadPart& part_of(const Upload& upload, const NamedPart& named, bool last) {
  const auto found = upload.parts.find(named.number);
  if (found == upload.parts.end() || found->second.etag != named.etag)
    throw S3Error(400, "InvalidPart", "A part could not be found, or its entity tag is another.")
        .with("PartNumber", fmt::format("{}", named.number))
        .with("ETag", named.etag);
  const auto size = found->second.content.size();
  if (!last && size < min_part_bytes)
    throw S3Error(400, "EntityTooSmall",
                  "Your proposed upload is smaller than the minimum allowed size")
        .with("ProposedSize", fmt::format("{}", size))
        .with("MinSizeAllowed", fmt::format("{}", min_part_bytes))
        .with("PartNumber", fmt::format("{}", named.number))
        .with("ETag", named.etag);
  check_part_checksum(upload, named, found->second);
  return found->second;
}

Checksum composite_checksum(ChecksumAlgorithm algorithm,
                            const std::vector<const UploadPart*>& parts) {
  ChecksumMeter meter(algorithm);
  for (const auto* part : parts)
    meter.update(as_bytes(codec::from_base64(part->checksum.value).value_or("")));
  return {.algorithm = algorithm,
          .type = ChecksumType::composite,
          .value = fmt::format("{}-{}", meter.finish(), parts.size())};
}

/// The parts' own checksums combine; those of an upload without an algorithm may be of several
/// kinds.
Checksum whole_checksum(const Upload& upload, const std::vector<const UploadPart*>& parts,
                        const Content& content) {
  const auto algorithm = upload.algorithm.value_or(ChecksumAlgorithm::crc64nvme);
  std::string value;
  bool combines = true;
  for (const auto* part : parts) {
    combines = combines && part->checksum.algorithm == algorithm;
    if (!combines) break;
    value = value.empty()
                ? part->checksum.value
                : combine_checksums(algorithm, value, part->checksum.value, part->content.size());
  }
  if (!combines) {
    ChecksumMeter meter(algorithm);
    for_each_block(content, [&meter](Bytes block) { meter.update(block); });
    value = meter.finish();
  }
  return {.algorithm = algorithm, .type = ChecksumType::full_object, .value = value};
}

std::string multipart_etag(const std::vector<const UploadPart*>& parts) {
  codec::Hasher md5(codec::HashKind::md5);
  for (const auto* part : parts)
    md5.update(as_bytes(part->md5.empty() ? part->etag : part->md5));
  return fmt::format("{}-{}", codec::to_hex(as_bytes(md5.finish())), parts.size());
}

void check_whole(const S3Request& request, const Object& object) {
  const auto given = checksum_header(*request.head);
  if (given && object.checksum.type == ChecksumType::full_object &&
      (given->algorithm != object.checksum.algorithm || given->value != object.checksum.value))
    throw S3Error(400, "BadDigest",
                  fmt::format("The {} you specified did not match the calculated checksum.",
                              name_of(given->algorithm)));
  const auto size = request.head->find("x-amz-mp-object-size");
  const auto actual = fmt::format("{}", object.content.size());
  if (size && *size != actual)
    throw invalid_request(fmt::format(
        "The provided 'x-amz-mp-object-size' header value {} does not match what was computed: {}",
        *size, actual));
}

std::shared_ptr<Object> assemble(const S3Request& request, const Upload& upload,
                                 const std::vector<NamedPart>& named) {
  auto object = std::make_shared<Object>();
  std::vector<const UploadPart*> parts;
  for (const auto& name : named) {
    const auto& part = part_of(upload, name, &name == &named.back());
    parts.push_back(&part);
    object->content.append(part.content);
    object->parts.push_back({.size = part.content.size(),
                             .checksum = upload.algorithm ? part.checksum.value : std::string{}});
  }
  const bool composite = upload.algorithm && upload.type == ChecksumType::composite;
  object->attributes = upload.attributes;
  object->modified = std::chrono::floor<std::chrono::seconds>(request.now);
  object->etag = multipart_etag(parts);
  object->checksum = composite ? composite_checksum(*upload.algorithm, parts)
                               : whole_checksum(upload, parts, object->content);
  check_whole(request, *object);
  return object;
}

}  // namespace

Response complete_multipart_upload(S3World& world, const S3Request& request,
                                   const ReadPayload& payload) {
  const auto& upload = upload_of(world, request);
  const auto named = read_parts(read_all(Content::of(payload.blob)));
  auto& bucket = bucket_of(world, request);
  check_write_conditions(request, bucket.objects.find(request.key));
  const auto object = assemble(request, upload, named);
  world.store.put(request.bucket, request.key, object);
  bucket.uploads.erase(bucket.uploads.find(request.query.value_or_empty("uploadId")));
  XmlWriter xml("CompleteMultipartUploadResult");
  xml.text("Location", "/" + request.bucket + "/" + request.key);
  xml.text("Bucket", request.bucket);
  xml.text("Key", request.key);
  xml.etag(object->etag);
  xml.plain(element_of(object->checksum.algorithm), object->checksum.value);
  xml.plain("ChecksumType", name_of(object->checksum.type));
  auto response = xml_response(std::move(xml).finish());
  append_encryption(response, *object);
  return response;
}

}  // namespace sluice::lab
