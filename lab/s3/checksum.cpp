#include "s3/checksum.hpp"

#include <fmt/format.h>

#include <array>

#include "s3/error.hpp"
#include "sluice/codec/base64.hpp"
#include "sluice/codec/crc.hpp"

namespace sluice::lab {
namespace {

struct Traits {
  std::string_view name;
  std::string_view header;
  std::size_t bytes;
};

const Traits& traits_of(ChecksumAlgorithm algorithm) {
  static constexpr std::array<Traits, 5> table{{{"CRC32", "x-amz-checksum-crc32", 4},
                                                {"CRC32C", "x-amz-checksum-crc32c", 4},
                                                {"CRC64NVME", "x-amz-checksum-crc64nvme", 8},
                                                {"SHA1", "x-amz-checksum-sha1", 20},
                                                {"SHA256", "x-amz-checksum-sha256", 32}}};
  return table[static_cast<std::size_t>(algorithm)];
}

std::uint64_t crc_of(std::string_view base64) {
  std::uint64_t value = 0;
  const auto bytes = codec::from_base64(base64);
  for (const char c : bytes.value_or(""))
    value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string crc_text(ChecksumAlgorithm algorithm, std::uint64_t value) {
  if (algorithm == ChecksumAlgorithm::crc64nvme) return codec::crc_base64(value);
  return codec::crc_base64(static_cast<std::uint32_t>(value));
}

}  // namespace

std::string_view name_of(ChecksumAlgorithm algorithm) {
  return traits_of(algorithm).name;
}
std::string_view name_of(ChecksumType type) {
  return type == ChecksumType::full_object ? "FULL_OBJECT" : "COMPOSITE";
}
std::string_view header_of(ChecksumAlgorithm algorithm) {
  return traits_of(algorithm).header;
}
std::string element_of(ChecksumAlgorithm algorithm) {
  return fmt::format("Checksum{}", traits_of(algorithm).name);
}
std::size_t digest_size(ChecksumAlgorithm algorithm) {
  return traits_of(algorithm).bytes;
}

std::optional<ChecksumAlgorithm> parse_checksum_algorithm(std::string_view name) {
  for (const auto algorithm : all_checksum_algorithms)
    if (same_name(name, name_of(algorithm))) return algorithm;
  return std::nullopt;
}

std::optional<ChecksumType> parse_checksum_type(std::string_view name) {
  for (const auto type : {ChecksumType::full_object, ChecksumType::composite})
    if (name == name_of(type)) return type;
  return std::nullopt;
}

ChecksumMeter::ChecksumMeter(ChecksumAlgorithm algorithm) : algorithm_(algorithm) {
  if (algorithm == ChecksumAlgorithm::sha1) hasher_.emplace(codec::HashKind::sha1);
  if (algorithm == ChecksumAlgorithm::sha256) hasher_.emplace(codec::HashKind::sha256);
}

void ChecksumMeter::update(Bytes bytes) {
  switch (algorithm_) {
    case ChecksumAlgorithm::crc32:
      crc_ = codec::crc32(static_cast<std::uint32_t>(crc_), bytes);
      break;
    case ChecksumAlgorithm::crc32c:
      crc_ = codec::crc32c(static_cast<std::uint32_t>(crc_), bytes);
      break;
    case ChecksumAlgorithm::crc64nvme:
      crc_ = codec::crc64nvme(crc_, bytes);
      break;
    default:
      hasher_->update(bytes);
  }
}

std::string ChecksumMeter::finish() {
  return hasher_ ? codec::to_base64(as_bytes(hasher_->finish())) : crc_text(algorithm_, crc_);
}

std::string combine_checksums(ChecksumAlgorithm algorithm, std::string_view first,
                              std::string_view second, std::uint64_t second_length) {
  const auto left = crc_of(first);
  const auto right = crc_of(second);
  const auto left32 = static_cast<std::uint32_t>(left);
  const auto right32 = static_cast<std::uint32_t>(right);
  if (algorithm == ChecksumAlgorithm::crc32)
    return crc_text(algorithm, codec::crc32_combine(left32, right32, second_length));
  if (algorithm == ChecksumAlgorithm::crc32c)
    return crc_text(algorithm, codec::crc32c_combine(left32, right32, second_length));
  return crc_text(algorithm, codec::crc64nvme_combine(left, right, second_length));
}

std::optional<Checksum> checksum_header(const RequestHead& head) {
  std::optional<Checksum> found;
  for (const auto& field : head.fields) {
    if (!has_prefix_nocase(field.name, "x-amz-checksum-")) continue;
    for (const auto algorithm : all_checksum_algorithms) {
      if (!same_name(field.name, header_of(algorithm))) continue;
      if (found)
        throw invalid_request(
            "Expecting a single x-amz-checksum- header. Multiple checksum types are not allowed.");
      const auto raw = codec::from_base64(field.value);
      if (!raw || raw->size() != digest_size(algorithm))
        throw invalid_request(fmt::format("Value for {} header is invalid.", header_of(algorithm)));
      found = Checksum{.algorithm = algorithm, .value = std::string(field.value)};
    }
  }
  return found;
}

}  // namespace sluice::lab
