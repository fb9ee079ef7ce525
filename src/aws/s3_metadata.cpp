#include "aws/s3_metadata.hpp"

#include <algorithm>
#include <optional>

#include "sluice/codec/base64.hpp"
#include "sluice/codec/percent.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice::aws {
namespace {

// An encoded word has at most 75 characters (RFC 2047, section 2): 45 bytes make 60 in base64.
constexpr std::size_t word_bytes = 45;

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

/// Where to cut so that no character is split.
std::size_t whole_characters(std::string_view text) {
  if (text.size() <= word_bytes) return text.size();
  std::size_t end = word_bytes;
  while ((static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  return end;
}

std::optional<std::string> decode_q(std::string_view text) {
  std::string percent;
  for (const char c : text) {
    if (c == '%') {
      percent += "%25";
    } else {
      percent += c == '=' ? '%' : c == '_' ? ' ' : c;
    }
  }
  return codec::percent_decode(percent, codec::Plus::literal);
}

std::string from_latin1(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80U) {
      out += c;
    } else {
      out += static_cast<char>(0xC0U | (byte >> 6U));
      out += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return out;
}

/// Takes an encoded word from the front of `text`, or leaves it.
std::optional<std::string> take_word(std::string_view& text) {
  if (!text.starts_with("=?")) return std::nullopt;
  const std::size_t charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 3 > text.size()) return std::nullopt;
  if (text[charset_end + 2] != '?') return std::nullopt;
  const std::size_t end = text.find("?=", charset_end + 3);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view charset = text.substr(2, charset_end - 2);
  const std::string_view payload = text.substr(charset_end + 3, end - charset_end - 3);
  std::optional<std::string> word;
  switch (text[charset_end + 1]) {
    case 'Q':
    case 'q':
      word = decode_q(payload);
      break;
    case 'B':
    case 'b':
      word = codec::from_base64(payload);
      break;
    default:
      break;
  }
  if (!word) return std::nullopt;
  if (net::equal_names(charset, "ISO-8859-1")) {
    word = from_latin1(*word);
  } else if (!net::equal_names(charset, "UTF-8") && !net::equal_names(charset, "US-ASCII")) {
    return std::nullopt;
  }
  text.remove_prefix(end + 2);
  return word;
}

}  // namespace

std::string to_header_text(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  if (!is_utf8(text)) {
    throw Error(ErrorCode::invalid_input, "write metadata", "",
                "a value is neither ASCII nor UTF-8");
  }
  std::string out;
  while (!text.empty()) {
    const std::size_t size = whole_characters(text);
    if (!out.empty()) out += ' ';
    out.append("=?UTF-8?B?").append(codec::to_base64(as_bytes(text.substr(0, size)))).append("?=");
    text.remove_prefix(size);
  }
  return out;
}

std::string from_header_text(std::string_view value) {
  if (value.find("=?") == std::string_view::npos) return std::string(value);
  std::string out;
  bool after_word = false;
  std::string_view gap;  // white space between two encoded words is no text (section 6.2)
  while (!value.empty()) {
    if (auto word = take_word(value)) {
      if (!after_word) out += gap;
      out += *word;
      gap = {};
      after_word = true;
      continue;
    }
    const bool space = value.front() == ' ' || value.front() == '\t';
    if (space) {
      const std::size_t end = std::min(value.find_first_not_of(" \t"), value.size());
      gap = value.substr(0, end);
      value.remove_prefix(end);
      continue;
    }
    out += gap;
    gap = {};
    const std::size_t end =
        std::min({value.find(' ', 1), value.find('\t', 1), value.find("=?", 1), value.size()});
    out += value.substr(0, end);
    value.remove_prefix(end);
    after_word = false;
  }
  out += gap;
  return out;
}

void add_attribute_headers(net::HeaderList& headers, const FileExtras& attributes) {
  const auto add = [&headers](std::string_view name, std::string_view value) {
    if (!value.empty()) headers.add(name, value);
  };
  add("Content-Type", attributes.content_type);
  add("x-amz-storage-class", attributes.storage_class);
  if (!attributes.encryption.empty()) {
    add("x-amz-server-side-encryption", attributes.encryption);
    add("x-amz-server-side-encryption-aws-kms-key-id", attributes.encryption_key_id);
  }
  for (const auto& [name, value] : attributes.headers)
    add(name, value);
  for (const auto& [name, value] : attributes.metadata) {
    headers.add(std::string(metadata_prefix) + name, to_header_text(value));
  }
  if (attributes.tags && !attributes.tags->empty())
    add("x-amz-tagging", encode_tags(*attributes.tags));
}

std::string encode_tags(const std::map<std::string, std::string>& tags) {
  std::string text;
  for (const auto& [name, value] : tags) {
    if (!text.empty()) text += '&';
    codec::append_percent_encoded(text, name, codec::Slash::encode);
    text += '=';
    codec::append_percent_encoded(text, value, codec::Slash::encode);
  }
  return text;
}

}  // namespace sluice::aws
