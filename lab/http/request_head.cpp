#include "http/request_head.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::lab {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_token(std::string_view text) {
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
           others.find(c) != std::string_view::npos;
  });
}

void parse_target(std::string_view target, RequestHead& head) {
  for (const std::string_view scheme :
       {"http://", "https://"}) {  // absolute form, RFC 9112 section 3.2.2
    if (!target.starts_with(scheme)) continue;
    const auto slash = target.find('/', scheme.size());
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  if (!target.starts_with('/')) throw BadRequest(400, "the request target is not a path");
  const auto mark = target.find('?');
  head.path = target.substr(0, mark);
  head.query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

void parse_request_line(std::string_view line, RequestHead& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) throw BadRequest(400, "bad request line");
  head.method = line.substr(0, first);
  if (!is_token(head.method)) throw BadRequest(400, "bad method");
  const auto target = line.substr(first + 1, last - first - 1);
  const bool printable = std::ranges::all_of(target, [](char c) { return c > ' ' && c != 0x7f; });
  // Bytes of 0x80 and above are negative here and refused too: a target must be percent-encoded.
  if (!printable) throw BadRequest(400, "the request target holds bytes that must be encoded");
  parse_target(target, head);
  const auto version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") throw BadRequest(505, "not HTTP/1.1");
  head.persistent = version == "HTTP/1.1";
}

void parse_field(std::string_view line, RequestHead& head) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    throw BadRequest(400, "bad header field");
  if (line.find('\0') != std::string_view::npos) throw BadRequest(400, "NUL in a header field");
  if (head.fields.size() == max_head_fields) throw BadRequest(431, "too many header fields");
  head.fields.push_back({line.substr(0, colon), trimmed(line.substr(colon + 1))});
}

std::uint64_t parse_length(std::string_view text) {
  std::uint64_t length = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size())
    throw BadRequest(400, "bad Content-Length");
  return length;
}

}  // namespace

bool same_name(std::string_view left, std::string_view right) {
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

bool has_prefix_nocase(std::string_view text, std::string_view lower_prefix) {
  return text.size() >= lower_prefix.size() &&
         same_name(text.substr(0, lower_prefix.size()), lower_prefix);
}

std::optional<std::string_view> RequestHead::find(std::string_view name) const {
  for (const auto& field : fields)
    if (same_name(field.name, name)) return field.value;
  return std::nullopt;
}

std::string_view RequestHead::value_or_empty(std::string_view name) const {
  return find(name).value_or(std::string_view{});
}

std::optional<std::size_t> parse_request_head(std::string_view buffer, RequestHead& head) {
  const auto end = buffer.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (buffer.size() >= max_head_bytes) throw BadRequest(431, "the request head is too large");
    return std::nullopt;
  }
  if (end + 4 > max_head_bytes) throw BadRequest(431, "the request head is too large");
  head.fields.clear();
  auto line_end = buffer.find("\r\n");
  parse_request_line(buffer.substr(0, line_end), head);
  while (line_end < end) {
    const auto begin = line_end + 2;
    line_end = buffer.find("\r\n", begin);
    parse_field(buffer.substr(begin, line_end - begin), head);
  }
  if (const auto connection = head.find("connection")) {
    if (same_name(*connection, "close")) head.persistent = false;
    if (same_name(*connection, "keep-alive")) head.persistent = true;
  }
  return end + 4;
}

BodyFraming framing_of(const RequestHead& head) {
  BodyFraming framing;
  bool has_length = false;
  for (const auto& field : head.fields) {
    if (same_name(field.name, "transfer-encoding")) {
      if (!same_name(field.value, "chunked")) throw BadRequest(501, "unknown transfer coding");
      framing.chunked = true;
    } else if (same_name(field.name, "content-length")) {
      const auto length = parse_length(field.value);
      if (has_length && length != framing.length)
        throw BadRequest(400, "two Content-Length fields");
      framing.length = length;
      has_length = true;
    }
  }
  // RFC 9112 section 6.3: both is a smuggling attempt.
  if (framing.chunked && has_length)
    throw BadRequest(400, "Content-Length beside Transfer-Encoding");
  return framing;
}

}  // namespace sluice::lab
