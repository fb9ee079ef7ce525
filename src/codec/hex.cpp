#include "sluice/codec/hex.hpp"

#include "codec/hex_digit.hpp"

namespace sluice::codec {

std::string to_hex(Bytes bytes) {
  std::string out(bytes.size() * 2, '\0');
  char* at = out.data();
  for (const std::byte byte : bytes) {
    *at++ = lower_hex_digit(std::to_integer<unsigned>(byte) >> 4U);
    *at++ = lower_hex_digit(std::to_integer<unsigned>(byte));
  }
  return out;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const auto byte = hex_byte(text[at], text[at + 1]);
    if (!byte) return std::nullopt;
    out += *byte;
  }
  return out;
}

}  // namespace sluice::codec
