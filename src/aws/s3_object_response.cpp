#include <algorithm>
#include <array>

#include "aws/s3_metadata.hpp"
#include "aws/s3_response_text.hpp"
#include "sluice/aws/s3_requests.hpp"
#include "sluice/aws/s3_responses.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

constexpr std::array kept_headers = {
    std::string_view("cache-control"),
    std::string_view("content-disposition"),
    std::string_view("content-encoding"),
    std::string_view("content-language"),
    std::string_view("expires"),
    std::string_view("x-amz-website-redirect-location"),
    s3_bucket_key_header,
    s3_lock_mode_header,
    s3_lock_until_header,
    s3_legal_hold_header,
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

bool has_prefix(std::string_view name, std::string_view prefix) {
  return name.size() > prefix.size() && net::equal_names(name.substr(0, prefix.size()), prefix);
}

[[noreturn]] void refuse(std::string_view subject, const char* reason) {
  throw Error(ErrorCode::protocol, "GetObject", std::string(subject), reason);
}

/// "bytes 0-9/100" (RFC 9110 section 14.4).
void parse_content_range(ObjectHead& head, std::string_view text, std::string_view subject) {
  constexpr std::string_view unit = "bytes ";
  const std::size_t dash = text.find('-');
  const std::size_t slash = text.find('/');
  if (!text.starts_with(unit) || dash == std::string_view::npos ||
      slash == std::string_view::npos || slash < dash) {
    refuse(subject, "a malformed Content-Range");
  }
  ByteRange range;
  range.first = number_of(text.substr(unit.size(), dash - unit.size()));
  range.last = number_of(text.substr(dash + 1, slash - dash - 1));
  head.size = number_of(text.substr(slash + 1));
  if (range.first > *range.last || *range.last >= head.size)
    refuse(subject, "a Content-Range that makes no sense");
  head.range = range;
}

}  // namespace

StoredChecksum parse_stored_checksum(const net::HeaderList& headers) {
  constexpr std::array by_strength = {ChecksumAlgorithm::crc64nvme, ChecksumAlgorithm::crc32c,
                                      ChecksumAlgorithm::sha256, ChecksumAlgorithm::crc32};
  if (headers.find("x-amz-checksum-type") == "COMPOSITE") return {};
  for (const ChecksumAlgorithm algorithm : by_strength) {
    const auto value = headers.find(checksum_header(algorithm));
    // "...==-3" is composed of the values of 3 parts: not a checksum of the bytes.
    if (value && value->find('-') == std::string_view::npos)
      return {algorithm, std::string(*value)};
  }
  return {};
}

ObjectHead parse_object_head(int status, const net::HeaderList& headers,
                             std::optional<std::uint64_t> content_length,
                             std::string_view subject) {
  ObjectHead head;
  if (const auto etag = headers.find("etag")) head.etag = unquoted(*etag);
  if (const auto version = headers.find("x-amz-version-id"); version && *version != "null") {
    head.version_id = *version;
  }
  if (const auto count = headers.find("x-amz-tagging-count")) head.tag_count = number_of(*count);
  if (const auto modified = headers.find("last-modified"))
    head.modified = codec::parse_http_date(*modified);
  if (const auto range = headers.find("content-range"); status == 206 && range) {
    parse_content_range(head, *range, subject);
    return head;  // a checksum of the whole object is no use here
  }
  if (status == 206) refuse(subject, "206 without Content-Range");
  if (!content_length) {
    const auto announced = headers.find("content-length");
    if (!announced) refuse(subject, "no Content-Length");
    content_length = number_of(*announced);
  }
  head.size = *content_length;
  head.checksum = parse_stored_checksum(headers);
  return head;
}

FileExtras parse_object_extras(const net::HeaderList& headers) {
  const auto text = [&headers](std::string_view name) {
    return std::string(headers.find(name).value_or(""));
  };
  FileExtras extras;
  extras.content_type = text("content-type");
  extras.storage_class = text("x-amz-storage-class");
  extras.restore = text("x-amz-restore");
  extras.version_id = text("x-amz-version-id");
  extras.encryption = text("x-amz-server-side-encryption");
  extras.encryption_key_id = text("x-amz-server-side-encryption-aws-kms-key-id");
  StoredChecksum checksum = parse_stored_checksum(headers);
  extras.checksum_algorithm = lower(name_of(checksum.algorithm));
  extras.checksum = std::move(checksum.value);
  for (const std::string_view name : kept_headers) {
    if (const auto value = headers.find(name)) extras.headers.emplace(name, *value);
  }
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto [name, value] = headers[i];
    if (!has_prefix(name, metadata_prefix)) continue;
    extras.metadata.insert_or_assign(lower(name.substr(metadata_prefix.size())),
                                     from_header_text(value));
  }
  return extras;
}

}  // namespace sluice::aws
