#pragma once

#include <string>
#include <utility>

#include "fs/s3_root.hpp"
#include "sluice/aws/s3_checksum.hpp"

namespace sluice {

/// One version of an object, whose ranges are read.
struct PinnedObject {
  S3Root& root;
  OpContext context;
  aws::S3Location location;
  std::string etag;
  std::uint64_t size;
  aws::ChecksumAlgorithm algorithm;  ///< Of what is stored with it; none if nothing is.

  /// What each range computes; a hash that does not combine is left to who sees all bytes in order.
  aws::ChecksumAlgorithm range_algorithm() const {
    return combines(algorithm) ? algorithm : aws::ChecksumAlgorithm::none;
  }
};

/// Small enough for the processor's cache: what was received is still there for the checksum and
/// the receiver. Large enough for few system calls.
inline constexpr std::size_t range_piece = 256_KiB;

/// The bytes of one range, and their checksum as they pass. Must not outlive its object.
class RangeReader {
 public:
  static Task<RangeReader> open(const PinnedObject& object, aws::ByteRange range);

  /// Fills `room` as far as the range goes. Throws Error{protocol} if the range ends early, or goes
  /// on beyond its end.
  Task<std::size_t> read(MutableBytes room);
  std::uint64_t left() const { return left_; }
  /// Once nothing is left.
  aws::Checksum take_checksum() { return std::move(checksum_); }

 private:
  RangeReader(const PinnedObject& object, aws::S3ObjectReader reader, std::uint64_t length);
  [[noreturn]] void refuse_length() const;

  const PinnedObject* object_;
  aws::S3ObjectReader reader_;
  std::uint64_t left_;
  aws::Checksum checksum_;
};

}  // namespace sluice
