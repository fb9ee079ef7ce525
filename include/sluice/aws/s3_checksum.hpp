#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/codec/hash.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice::aws {

/// What S3 calls "additional checksums" (S3 User Guide, "Checking object integrity").
enum class ChecksumAlgorithm : std::uint8_t { none, crc64nvme, crc32c, crc32, sha256 };

/// Like AWS_REQUEST_CHECKSUM_CALCULATION: `when_required` is for servers that know no checksums.
enum class ChecksumMode : std::uint8_t { when_supported, when_required };

std::string_view name_of(ChecksumAlgorithm algorithm);          ///< "CRC64NVME"; "" for none.
std::string_view checksum_header(ChecksumAlgorithm algorithm);  ///< "x-amz-checksum-crc64nvme".
/// By name in either case; nullopt for one that we do not compute (SHA1, MD5 ...).
std::optional<ChecksumAlgorithm> checksum_algorithm(std::string_view name);
/// Whether the value of a whole follows from the values of its pieces.
bool combines(ChecksumAlgorithm algorithm);

/// A checksum over bytes that arrive in pieces.
class Checksum {
 public:
  explicit Checksum(ChecksumAlgorithm algorithm);

  ChecksumAlgorithm algorithm() const { return algorithm_; }
  void update(Bytes bytes);
  /// As if the bytes that `next` has seen had followed. Only if combines(algorithm()).
  void append(const Checksum& next);
  /// The value as S3 writes it. For SHA-256, nothing may follow.
  std::string base64();
  std::uint64_t length() const { return length_; }  ///< Bytes seen.

 private:
  ChecksumAlgorithm algorithm_;
  std::uint64_t value_ = 0;
  std::uint64_t length_ = 0;
  std::optional<codec::Hasher> hasher_;
};

}  // namespace sluice::aws
