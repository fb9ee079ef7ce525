#pragma once

#include <cstdint>

#include "sluice/core/bytes.hpp"

namespace sluice::codec {

/// Reads the header of one gzip member (RFC 1952 section 2.3), cut anywhere.
class GzipHeader {
 public:
  /// Takes the header's bytes from the front of `packed`; whether it is complete. Throws
  /// Error{integrity}.
  bool read(Bytes& packed);

 private:
  enum class Field : std::uint8_t { fixed, extra_length, extra, name, comment, checksum, body };

  bool present() const;
  void take(std::byte byte);
  void take_fixed(unsigned value);
  void take_checksum(unsigned value);
  void next_field();

  Field field_ = Field::fixed;
  unsigned flags_ = 0;
  std::uint32_t at_ = 0;            // bytes of this field taken so far
  std::uint32_t extra_length_ = 0;  // bytes
  std::uint32_t crc_ = 0;           // of all before the checksum
};

}  // namespace sluice::codec
