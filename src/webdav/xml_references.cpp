#include <charconv>
#include <cstdint>

#include "webdav/xml_reader.hpp"

namespace sluice::webdav {
namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&out, code](unsigned shift) {
    out += static_cast<char>(0x80U | ((code >> shift) & 0x3FU));
  };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0U | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0U | (code >> 12));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xF0U | (code >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

// "#60" or "#x3C"; NUL and surrogates are no characters (XML 1.0 section 2.2).
bool append_numbered(std::string& out, std::string_view number) {
  const bool hexadecimal = number.starts_with('x');
  if (hexadecimal) number.remove_prefix(1);
  std::uint32_t code = 0;
  const char* const last = number.data() + number.size();
  const auto [end, failed] = std::from_chars(number.data(), last, code, hexadecimal ? 16 : 10);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (failed != std::errc() || end != last || code == 0 || code > 0x10FFFF || surrogate)
    return false;
  append_utf8(out, code);
  return true;
}

bool append_reference(std::string& out, std::string_view name) {
  struct Entity {
    std::string_view name;
    char character;
  };
  static constexpr Entity entities[] = {
      {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
  if (name.starts_with('#')) return append_numbered(out, name.substr(1));
  for (const Entity& entity : entities) {
    if (entity.name != name) continue;
    out += entity.character;
    return true;
  }
  return false;
}

}  // namespace

bool append_xml_resolved(std::string& out, std::string_view raw) {
  for (;;) {
    const std::size_t mark = raw.find('&');
    out += raw.substr(0, mark);
    if (mark == std::string_view::npos) return true;
    raw.remove_prefix(mark + 1);
    const std::size_t end = raw.find(';');
    if (end == std::string_view::npos || !append_reference(out, raw.substr(0, end))) return false;
    raw.remove_prefix(end + 1);
  }
}

}  // namespace sluice::webdav
