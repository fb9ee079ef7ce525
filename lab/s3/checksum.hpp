#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/request_head.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice::lab {

enum class ChecksumAlgorithm : std::uint8_t { crc32, crc32c, crc64nvme, sha1, sha256 };
enum class ChecksumType : std::uint8_t { full_object, composite };

struct Checksum {
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::crc64nvme;
  ChecksumType type = ChecksumType::full_object;
  std::string value{};  ///< Base64 of the big-endian bytes; composite values end in "-<parts>".
};

std::string_view name_of(ChecksumAlgorithm algorithm);    ///< "CRC64NVME".
std::string_view name_of(ChecksumType type);              ///< "FULL_OBJECT".
std::string_view header_of(ChecksumAlgorithm algorithm);  ///< "x-amz-checksum-crc64nvme".
std::string element_of(ChecksumAlgorithm algorithm);      ///< "ChecksumCRC64NVME".
std::size_t digest_size(ChecksumAlgorithm algorithm);     ///< Bytes.
inline constexpr ChecksumAlgorithm all_checksum_algorithms[] = {
    ChecksumAlgorithm::crc32, ChecksumAlgorithm::crc32c, ChecksumAlgorithm::crc64nvme,
    ChecksumAlgorithm::sha1, ChecksumAlgorithm::sha256};

std::optional<ChecksumAlgorithm> parse_checksum_algorithm(
    std::string_view name);  ///< Without case.
std::optional<ChecksumType> parse_checksum_type(std::string_view name);

/// A checksum over bytes that arrive in pieces.
class ChecksumMeter {
 public:
  explicit ChecksumMeter(ChecksumAlgorithm algorithm);
  void update(Bytes bytes);
  std::string finish();  ///< Base64.
  ChecksumAlgorithm algorithm() const { return algorithm_; }

 private:
  ChecksumAlgorithm algorithm_;
  std::uint64_t crc_ = 0;
  std::optional<codec::Hasher> hasher_;
};

/// The value of two adjoining pieces, for the CRCs; both in base64.
std::string combine_checksums(ChecksumAlgorithm algorithm, std::string_view first,
                              std::string_view second, std::uint64_t second_length);

/// The one x-amz-checksum-<algorithm> header of a request, its value checked for form. Throws
/// S3Error when there are two, or the value cannot be one.
std::optional<Checksum> checksum_header(const RequestHead& head);

}  // namespace sluice::lab
