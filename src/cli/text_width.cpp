#include "text_width.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sluice::cli {
namespace {

struct CodePoint {
  char32_t value = 0xFFFD;
  std::size_t bytes = 1;
};

// Malformed bytes count as one column each.
CodePoint first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1;
  if (bytes == 1 || text.size() < bytes) return {};
  char32_t value = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {};
    value = (value << 6) | (next & 0x3FU);
  }
  return {value, bytes};
}

struct Range {
  char32_t first, last;
};
constexpr auto wide = std::to_array<Range>({{0x1100, 0x115F},
                                            {0x2E80, 0x303E},
                                            {0x3041, 0xA4CF},
                                            {0xA960, 0xA97F},
                                            {0xAC00, 0xD7A3},
                                            {0xF900, 0xFAFF},
                                            {0xFE30, 0xFE6F},
                                            {0xFF00, 0xFF60},
                                            {0xFFE0, 0xFFE6},
                                            {0x1F300, 0x1F64F},
                                            {0x1F900, 0x1F9FF},
                                            {0x20000, 0x3FFFD}});
constexpr auto combining = std::to_array<Range>(
    {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}});

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t value) {
  return std::any_of(ranges.begin(), ranges.end(), [value](const Range& range) {
    return value >= range.first && value <= range.last;
  });
}

std::size_t columns(char32_t value) {
  if (within(combining, value)) return 0;
  return within(wide, value) ? 2 : 1;
}

}  // namespace

std::size_t text_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint point = first_of(text);
    width += columns(point.value);
    text.remove_prefix(point.bytes);
  }
  return width;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string result(text);
  const std::size_t own = text_width(text);
  if (own < width) result.append(width - own, ' ');
  return result;
}

std::string cut(std::string_view text, std::size_t width) {
  if (text_width(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::string result;
  std::size_t used = 0;
  while (!text.empty()) {
    const CodePoint point = first_of(text);
    used += columns(point.value);
    if (used > width - 1) break;
    result += text.substr(0, point.bytes);
    text.remove_prefix(point.bytes);
  }
  return result + "…";
}

}  // namespace sluice::cli
