#include "s3/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "s3/error.hpp"
#include "sluice/codec/date.hpp"

namespace sluice::lab {
namespace {

constexpr std::array<std::string_view, 6> system_fields{"Cache-Control",    "Content-Disposition",
                                                        "Content-Encoding", "Content-Language",
                                                        "Content-Type",     "Expires"};
constexpr std::array<std::string_view, 8> storage_classes{
    "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING",
    "GLACIER",  "GLACIER_IR",         "DEEP_ARCHIVE"};
constexpr std::string_view metadata_prefix = "x-amz-meta-";
constexpr std::size_t max_metadata_bytes = 2048;
constexpr std::size_t max_tags = 10;

/// S3 takes "aws-chunked" out of Content-Encoding: it is about the transfer.
std::string without_aws_chunked(std::string_view codings) {
  std::string kept;
  while (!codings.empty()) {
    const auto end = std::min(codings.find(','), codings.size());
    auto coding = codings.substr(0, end);
    codings.remove_prefix(std::min(end + 1, codings.size()));
    while (coding.starts_with(' '))
      coding.remove_prefix(1);
    while (coding.ends_with(' '))
      coding.remove_suffix(1);
    if (coding.empty() || same_name(coding, "aws-chunked")) continue;
    kept.append(kept.empty() ? "" : ",").append(coding);
  }
  return kept;
}

Pairs read_system_fields(const RequestHead& head) {
  Pairs kept;
  for (const auto name : system_fields) {
    const auto value = head.find(name);
    if (!value) continue;
    auto text = name == "Content-Encoding" ? without_aws_chunked(*value) : std::string(*value);
    if (!text.empty()) kept.emplace_back(name, std::move(text));
  }
  return kept;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return lower;
}

Pairs read_metadata(const RequestHead& head) {
  Pairs metadata;
  std::size_t bytes = 0;
  for (const auto& field : head.fields) {
    if (!has_prefix_nocase(field.name, metadata_prefix)) continue;
    metadata.emplace_back(lower_case(field.name.substr(metadata_prefix.size())),
                          std::string(field.value));
    bytes += field.name.size() - metadata_prefix.size() + field.value.size();
  }
  if (bytes > max_metadata_bytes)
    throw S3Error(400, "MetadataTooLarge",
                  "Your metadata headers exceed the maximum allowed metadata size")
        .with("Size", fmt::format("{}", bytes))
        .with("MaxSizeAllowed", fmt::format("{}", max_metadata_bytes));
  return metadata;
}

/// Bytes outside ASCII come back as an RFC 2047 encoded word, as from S3.
std::string header_text(std::string_view value) {
  const bool ascii =
      std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) return std::string(value);
  std::string word = "=?UTF-8?Q?";
  for (const char c : value) {
    const bool literal = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (literal)
      word += c;
    else
      word += fmt::format("={:02X}", static_cast<unsigned char>(c));
  }
  return word += "?=";
}

S3Error invalid_tag(std::string message) {
  return {400, "InvalidTag", std::move(message)};
}

}  // namespace

std::string read_storage_class(const RequestHead& head) {
  const auto name = head.find("x-amz-storage-class").value_or("STANDARD");
  if (std::ranges::find(storage_classes, name) == storage_classes.end())
    throw S3Error(400, "InvalidStorageClass", "The storage class you specified is not valid");
  return std::string(name);
}

Pairs read_encryption(const RequestHead& head) {
  Pairs kept;
  for (const auto& field : head.fields)
    if (has_prefix_nocase(field.name, "x-amz-server-side-encryption"))
      kept.emplace_back(lower_case(field.name), std::string(field.value));
  const auto kind = head.value_or_empty("x-amz-server-side-encryption");
  if (!kind.empty() && kind != "AES256" && kind != "aws:kms" && kind != "aws:kms:dsse")
    throw invalid_argument("The encryption method specified is not supported",
                           "x-amz-server-side-encryption", std::string(kind));
  return kept;
}

Pairs read_tags(std::string_view text) {
  auto tags = Query(text).pairs();
  check_tags(tags);
  return tags;
}

void check_tags(const Pairs& tags) {
  if (tags.size() > max_tags)
    throw S3Error(400, "BadRequest", "Object tags cannot be greater than 10");
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const auto& [key, value] = tags[i];
    if (key.empty() || key.size() > 512)
      throw invalid_tag("The TagKey you have provided is invalid");
    if (value.size() > 1024) throw invalid_tag("The TagValue you have provided is invalid");
    for (std::size_t j = 0; j < i; ++j)
      if (tags[j].first == key) throw invalid_tag("Cannot provide multiple Tags with the same key");
  }
}

ObjectAttributes read_attributes(const RequestHead& head) {
  ObjectAttributes attributes{.system = read_system_fields(head),
                              .metadata = read_metadata(head),
                              .tags = {},
                              .encryption = read_encryption(head),
                              .storage_class = read_storage_class(head)};
  if (const auto tags = head.find("x-amz-tagging")) attributes.tags = read_tags(*tags);
  return attributes;
}

void append_encryption(Response& response, const Object& object) {
  for (const auto& [name, value] : object.attributes.encryption)
    response.field(name, value);
}

void append_checksum(Response& response, const Checksum& checksum) {
  response.field(header_of(checksum.algorithm), checksum.value);
  response.field("x-amz-checksum-type", name_of(checksum.type));
}

void append_object_fields(Response& response, const Object& object) {
  const auto& attributes = object.attributes;
  response.field("ETag", quoted_etag(object.etag));
  response.field("Last-Modified", codec::format_http_date(object.modified));
  response.field("Accept-Ranges", "bytes");
  bool has_type = false;
  for (const auto& [name, value] : attributes.system) {
    has_type = has_type || name == "Content-Type";
    response.field(name, header_text(value));
  }
  if (!has_type) response.field("Content-Type", "binary/octet-stream");
  for (const auto& [name, value] : attributes.metadata)
    response.field("x-amz-meta-" + name, header_text(value));
  if (attributes.storage_class != "STANDARD")
    response.field("x-amz-storage-class", attributes.storage_class);
  if (!attributes.tags.empty())
    response.field("x-amz-tagging-count", fmt::format("{}", attributes.tags.size()));
  append_encryption(response, object);
}

std::string quoted_etag(std::string_view etag) {
  return std::string(1, '"').append(etag) += '"';
}

}  // namespace sluice::lab
