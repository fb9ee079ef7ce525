#include <array>
#include <charconv>

#include "sluice/codec/base64.hpp"
#include "sluice/core/json_text.hpp"
#include "state/iso_time.hpp"
#include "state/json_members.hpp"

namespace sluice::state {
namespace {

void append_key(std::string& out, std::string_view name, std::string_view suffix = {}) {
  if (!out.empty() && out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += suffix;
  out += "\":";
}

/// Whether the bytes stand for themselves in a JSON string: most names do.
bool is_plain(std::string_view bytes) {
  bool plain = true;
  for (const char c : bytes)
    plain &= c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
  return plain;
}

void append_plain(std::string& out, std::string_view text) {
  out += '"';
  out += text;
  out += '"';
}

}  // namespace

void append_text(std::string& out, std::string_view name, std::string_view bytes) {
  if (is_plain(bytes)) {
    append_key(out, name);
    append_plain(out, bytes);
  } else if (is_utf8(bytes)) {
    append_key(out, name);
    append_json_string(out, bytes);
  } else {
    append_key(out, name, "_base64");
    append_plain(out, codec::to_base64(as_bytes(bytes)));
  }
}

void append_number(std::string& out, std::string_view name, std::uint64_t number) {
  append_key(out, name);
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_time(std::string& out, std::string_view name, TimePoint time) {
  append_key(out, name);
  out += '"';
  append_iso_time(out, time);
  out += '"';
}

void append_name(std::string& out, std::string_view path) {
  append_key(out, "name");
  const std::string_view name = path.substr(path.rfind('/') + 1);
  is_plain(name) ? append_plain(out, name) : append_json_string(out, name);
}

void append_fingerprint(std::string& out, const Fingerprint& version) {
  append_number(out, "size", version.size);
  if (version.mtime) append_time(out, "mod_time", *version.mtime);
  if (!version.etag.empty()) append_text(out, "etag", version.etag);
  if (!version.checksum.empty()) {
    append_text(out, "checksum_algorithm", version.checksum_algorithm);
    append_text(out, "checksum", version.checksum);
  }
}

void append_file(std::string& out, const FileInfo& file) {
  out += '{';
  append_name(out, file.path);
  append_number(out, "size", file.size);
  append_text(out, "path", file.path);
  if (file.mtime) append_time(out, "mod_time", *file.mtime);
  if (!file.etag.empty()) append_text(out, "etag", file.etag);
  if (file.type == FileType::symlink) append_text(out, "type", "symlink");
  if (file.type == FileType::directory) append_text(out, "type", "directory");
  if (file.type == FileType::other) append_text(out, "type", "other");
  out += '}';
}

}  // namespace sluice::state
