#include "codec/xml_text.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

#include "codec/hex_digit.hpp"
#include "sluice/codec/xml.hpp"

namespace sluice::codec {
namespace {

constexpr std::uint32_t last_code_point = 0x10FFFF;

bool is_scalar_value(std::uint32_t code) {
  return code != 0 && code <= last_code_point && (code < 0xD800 || code > 0xDFFF);
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&out, code](unsigned shift) {
    out += static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6U));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | (code >> 12U));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | (code >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// The code point of "#10" or "#xA".
std::optional<std::uint32_t> code_of(std::string_view reference) {
  const bool hexadecimal = reference.starts_with("#x");
  const std::string_view digits = reference.substr(hexadecimal ? 2 : 1);
  std::uint32_t code = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, code, hexadecimal ? 16 : 10);
  if (error != std::errc() || stop != end || !is_scalar_value(code)) return std::nullopt;
  return code;
}

std::optional<std::uint32_t> resolve(std::string_view reference) {
  if (reference.starts_with('#')) return code_of(reference);
  if (reference == "amp") return '&';
  if (reference == "lt") return '<';
  if (reference == "gt") return '>';
  if (reference == "quot") return '"';
  if (reference == "apos") return '\'';
  return std::nullopt;
}

}  // namespace

bool append_resolved(std::string& out, std::string_view raw) {
  while (true) {
    const std::size_t ampersand = raw.find('&');
    out += raw.substr(0, ampersand);
    if (ampersand == std::string_view::npos) return true;
    raw.remove_prefix(ampersand + 1);
    const std::size_t semicolon = raw.find(';');
    if (semicolon == std::string_view::npos) return false;
    const auto code = resolve(raw.substr(0, semicolon));
    if (!code) return false;
    append_utf8(out, *code);
    raw.remove_prefix(semicolon + 1);
  }
}

bool is_xml_space(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::size_t count_start_tags(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const char next = at + 1 < text.size() ? text[at + 1] : '/';
    if (next != '/' && next != '!' && next != '?') ++count;
  }
  return count;
}

void append_xml_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        continue;
      case '<':
        out += "&lt;";
        continue;
      case '>':
        out += "&gt;";
        continue;
      case '"':
        out += "&quot;";
        continue;
      case '\'':
        out += "&apos;";
        continue;
      default:
        break;
    }
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      out += c;
      continue;
    }
    out += "&#x";
    if (byte >= 0x10) out += upper_hex_digit(byte >> 4U);
    out += upper_hex_digit(byte);
    out += ';';
  }
}

}  // namespace sluice::codec
