#include "sluice/codec/percent.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "codec/hex_digit.hpp"

namespace sluice::codec {
namespace {

// RFC 3986 section 2.3.
constexpr std::array<bool, 256> unreserved = [] {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

}  // namespace

void append_percent_encoded(std::string& out, std::string_view bytes, Slash slash) {
  const auto stays = [slash](char c) {
    return unreserved[static_cast<unsigned char>(c)] || (c == '/' && slash == Slash::keep);
  };
  while (!bytes.empty()) {
    const auto run = std::find_if_not(bytes.begin(), bytes.end(), stays);
    out.append(bytes.begin(), run);
    bytes.remove_prefix(static_cast<std::size_t>(run - bytes.begin()));
    if (bytes.empty()) return;
    const auto byte = static_cast<unsigned char>(bytes.front());
    out += '%';
    out += upper_hex_digit(byte >> 4U);
    out += upper_hex_digit(byte);
    bytes.remove_prefix(1);
  }
}

std::string percent_encode(std::string_view bytes, Slash slash) {
  std::string out;
  out.reserve(bytes.size());
  append_percent_encoded(out, bytes, slash);
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '+' && plus == Plus::space) {
      out += ' ';
    } else if (text[at] != '%') {
      out += text[at];
    } else {
      if (text.size() - at < 3) return std::nullopt;
      const auto byte = hex_byte(text[at + 1], text[at + 2]);
      if (!byte) return std::nullopt;
      out += *byte;
      at += 2;
    }
  }
  return out;
}

}  // namespace sluice::codec
