#include "net/response_head.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "net/ascii.hpp"

namespace sluice::net {
namespace {

constexpr std::string_view version_prefix = "HTTP/1.";
// No honest server sends as many; each costs 16 bytes.
constexpr std::size_t most_fields = 1024;

std::string_view parse_status_line(std::string_view line, ResponseHead& head) {
  // "HTTP/1.1 200" and, after one space, a reason of any length. Some servers leave out that space
  // with the reason.
  if (line.size() < 12 || !line.starts_with(version_prefix) || line[8] != ' ')
    return "the status line is malformed";
  if (line[7] != '0' && line[7] != '1') return "the HTTP version is neither 1.0 nor 1.1";
  head.minor_version = line[7] - '0';
  if (!is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11]) || line[9] == '0')
    return "the status is no number";
  head.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  if (line.size() > 12 && line[12] != ' ') return "the status line is malformed";
  if (!all_of_set(line.substr(12), value_bytes)) return "the reason has control characters";
  return {};
}

std::string_view parse_field(std::string_view text, std::size_t begin, std::size_t end,
                             ResponseHead& head) {
  const std::string_view line = text.substr(begin, end - begin);
  if (line.front() == ' ' || line.front() == '\t') return "a header line is folded";
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return "a header line has no colon";
  if (!is_token(line.substr(0, colon))) return "a header name has characters that are not allowed";
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!all_of_set(value, value_bytes)) return "a header value has control characters";
  if (head.fields.size() == most_fields) return "there are too many header fields";
  const std::size_t value_at =
      value.empty() ? end : static_cast<std::size_t>(value.data() - text.data());
  head.fields.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(colon),
                         static_cast<std::uint32_t>(value_at),
                         static_cast<std::uint32_t>(value.size())});
  return {};
}

}  // namespace

std::size_t head_length(std::string_view received, std::size_t searched) {
  // The end may straddle what was searched: up to three of its four bytes.
  const std::size_t from = searched < 3 ? 0 : searched - 3;
  const std::size_t end = received.find("\r\n\r\n", from);
  return end == std::string_view::npos ? 0 : end + 4;
}

std::string_view refuse_early(std::string_view received) {
  const std::size_t known = std::min(received.size(), version_prefix.size());
  if (received.substr(0, known) != version_prefix.substr(0, known))
    return "what came is not HTTP/1";
  const std::size_t line_end = received.find('\n');
  const bool bare = line_end != std::string_view::npos && received[line_end - 1] != '\r';
  return bare ? "a line ends without a carriage return" : std::string_view();
}

std::string_view parse_response_head(std::string_view text, ResponseHead& head) {
  head.fields.clear();
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = text.find('\r', begin);
    if (end == std::string_view::npos || end + 1 >= text.size()) return "the head has no end";
    if (text[end + 1] != '\n') return "a carriage return stands alone";
    if (end == begin) break;
    const std::string_view problem = begin == 0 ? parse_status_line(text.substr(0, end), head)
                                                : parse_field(text, begin, end, head);
    if (!problem.empty()) return problem;
    begin = end + 2;
  }
  if (begin == 0) return "the status line is missing";
  return begin + 2 == text.size() ? std::string_view() : "bytes follow the head";
}

}  // namespace sluice::net
