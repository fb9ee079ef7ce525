#pragma once

#include <optional>

namespace sluice::codec {

/// The digit for the low four bits of `value`.
constexpr char lower_hex_digit(unsigned value) {
  return "0123456789abcdef"[value & 0xFU];
}
constexpr char upper_hex_digit(unsigned value) {
  return "0123456789ABCDEF"[value & 0xFU];
}

/// The value of a hexadecimal digit of either case; -1 for any other character.
constexpr int hex_digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The byte that two hexadecimal digits stand for.
constexpr std::optional<char> hex_byte(char high, char low) {
  const int h = hex_digit_value(high);
  const int l = hex_digit_value(low);
  if (h < 0 || l < 0) return std::nullopt;
  return static_cast<char>(h * 16 + l);
}

}  // namespace sluice::codec
