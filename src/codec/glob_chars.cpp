#include "codec/glob_chars.hpp"

#include "sluice/core/json_text.hpp"

namespace sluice::codec::glob {
namespace {

char continuation(char32_t code, unsigned shift) {
  return static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
}

}  // namespace

Char first_char_slow(std::string_view bytes) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  const auto low = [&](std::size_t at) { return char32_t{byte(at)} & 0x3FU; };
  const char32_t lead = byte(0);
  switch (utf8_sequence_length(bytes)) {
    case 1:
      return {lead, 1};
    case 2:
      return {(lead & 0x1FU) << 6U | low(1), 2};
    case 3:
      return {(lead & 0x0FU) << 12U | low(1) << 6U | low(2), 3};
    case 4:
      return {(lead & 0x07U) << 18U | low(1) << 12U | low(2) << 6U | low(3), 4};
    default:
      return {raw_byte_base + lead, 1};
  }
}

Text decode(std::string_view bytes) {
  Text text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Char c = first_char(bytes);
    text += c.code;
    bytes.remove_prefix(c.length);
  }
  return text;
}

void append_encoded(std::string& out, char32_t code) {
  if (code >= raw_byte_base) {
    out += static_cast<char>(code - raw_byte_base);
  } else if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += {static_cast<char>(0xC0U | code >> 6U), continuation(code, 0)};
  } else if (code < 0x10000) {
    out += {static_cast<char>(0xE0U | code >> 12U), continuation(code, 6), continuation(code, 0)};
  } else {
    out += {static_cast<char>(0xF0U | code >> 18U), continuation(code, 12), continuation(code, 6),
            continuation(code, 0)};
  }
}

std::string encode(TextView text) {
  std::string out;
  out.reserve(text.size());
  for (const char32_t code : text)
    append_encoded(out, code);
  return out;
}

}  // namespace sluice::codec::glob
