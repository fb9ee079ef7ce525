#include "sluice/codec/base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::codec {
namespace {

// RFC 4648, table 1.
constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t not_a_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> digit_values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(not_a_digit);
  for (std::size_t value = 0; value < alphabet.size(); ++value) {
    table[static_cast<unsigned char>(alphabet[value])] = static_cast<std::uint8_t>(value);
  }
  return table;
}();

void append_digits(std::string& out, std::uint32_t group, int count) {
  for (int shift = 18; count > 0; --count, shift -= 6)
    out += alphabet[(group >> static_cast<unsigned>(shift)) & 63U];
}

void append_bytes(std::string& out, std::uint32_t group, std::size_t count) {
  for (unsigned shift = 16; count > 0; --count, shift -= 8)
    out += static_cast<char>((group >> shift) & 0xFFU);
}

/// The digits as the high bits of a group of 24 bits; nullopt if one is no digit.
std::optional<std::uint32_t> group_of(std::string_view digits) {
  std::uint32_t group = 0;
  unsigned shift = 24;
  for (const char c : digits) {
    const std::uint8_t value = digit_values[static_cast<unsigned char>(c)];
    if (value == not_a_digit) return std::nullopt;
    shift -= 6;
    group |= std::uint32_t{value} << shift;
  }
  return group;
}

}  // namespace

std::string to_base64(Bytes bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  const auto byte = [&bytes](std::size_t at) { return std::to_integer<std::uint32_t>(bytes[at]); };
  for (; bytes.size() >= 3; bytes = bytes.subspan(3)) {
    append_digits(out, byte(0) << 16U | byte(1) << 8U | byte(2), 4);
  }
  if (bytes.size() == 2) {
    append_digits(out, byte(0) << 16U | byte(1) << 8U, 3);
    out += '=';
  } else if (bytes.size() == 1) {
    append_digits(out, byte(0) << 16U, 2);
    out += "==";
  }
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (; !text.empty(); text.remove_prefix(4)) {
    std::string_view digits = text.substr(0, 4);
    // Padding only ends the text: earlier, '=' is refused as a digit.
    if (text.size() == 4)
      digits.remove_suffix(digits.ends_with("==") ? 2 : digits.ends_with('=') ? 1 : 0);
    const auto group = group_of(digits);
    if (!group) return std::nullopt;
    const std::size_t count = digits.size() - 1;
    // Bits that no byte uses must be zero (RFC 4648 section 3.5), so that each value has one form.
    if ((*group & (0xFFFFFFU >> (8 * count))) != 0) return std::nullopt;
    append_bytes(out, *group, count);
  }
  return out;
}

}  // namespace sluice::codec
