#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sluice::lab {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  ///< Inclusive.
  std::uint64_t length() const { return last - first + 1; }
};

enum class RangeKind : std::uint8_t { whole, part, unsatisfiable };

struct RangeAnswer {
  RangeKind kind = RangeKind::whole;
  ByteRange range;
};

/// A Range header against an object's size. Anything but one well-formed byte range means the whole
/// (RFC 9110 14.2).
RangeAnswer apply_range(std::string_view field, std::uint64_t size);

/// "bytes=a-b" with both ends, as x-amz-copy-source-range must be; nullopt otherwise.
std::optional<ByteRange> parse_closed_range(std::string_view field);

}  // namespace sluice::lab
