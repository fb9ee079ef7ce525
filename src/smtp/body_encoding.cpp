#include "smtp/body_encoding.hpp"

#include <algorithm>

#include "sluice/codec/base64.hpp"

namespace sluice::smtp {
namespace {

constexpr std::size_t longest_line = 76;
constexpr std::string_view crlf = "\r\n";

bool stands_for_itself(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte < 0x7f && byte != '=');
}

void append_hex(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += '=';
  out += digits[byte >> 4U];
  out += digits[byte & 15U];
}

/// A line without its end.
void append_quoted_line(std::string& out, std::string_view line) {
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool last = i + 1 == line.size();
    const char c = line[i];
    // Rule 3: white space at the end of a line would be lost on the way.
    const bool literal = stands_for_itself(c) && !(last && (c == ' ' || c == '\t'));
    const std::size_t width = literal ? 1 : 3;
    // Room for the "=" that breaks the line.
    if (column + width > longest_line - 1) {
      out += "=\r\n";
      column = 0;
    }
    if (literal) {
      out += c;
    } else {
      append_hex(out, c);
    }
    column += width;
  }
}

}  // namespace

std::string quoted_printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(crlf), text.size());
    append_quoted_line(out, text.substr(0, end));
    out += crlf;
    text.remove_prefix(std::min(end + crlf.size(), text.size()));
  }
  return out;
}

std::string base64_lines(std::string_view text) {
  constexpr std::size_t bytes_a_line = longest_line / 4 * 3;
  std::string out;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, bytes_a_line);
    out += codec::to_base64(as_bytes(piece));
    out += crlf;
    text.remove_prefix(piece.size());
  }
  return out;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair = text.substr(i).starts_with(crlf);
    if (text[i] == '\r' || text[i] == '\n') {
      out += crlf;
    } else {
      out += text[i];
    }
    if (pair) ++i;
  }
  return out;
}

}  // namespace sluice::smtp
