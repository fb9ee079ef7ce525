#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::codec::glob {

/// Patterns are worked on as code points. A byte that is no part of well-formed UTF-8 is a
/// character of its own, so that file names of any encoding can be matched; such characters lie
/// above Unicode.
using Text = std::u32string;
using TextView = std::u32string_view;

inline constexpr char32_t raw_byte_base = 0x110000;  ///< Plus the byte.

struct Char {
  char32_t code;
  std::size_t length;  ///< Bytes.
};

/// The character at the front of `bytes`, which must not be empty.
Char first_char_slow(std::string_view bytes);
inline Char first_char(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes.front());
  return lead < 0x80 ? Char{lead, 1} : first_char_slow(bytes);
}

Text decode(std::string_view bytes);
void append_encoded(std::string& out, char32_t code);
std::string encode(TextView text);

}  // namespace sluice::codec::glob
