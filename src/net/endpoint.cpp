#include "sluice/net/endpoint.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <optional>

#include "net/ascii.hpp"
#include "sluice/core/error.hpp"
#include "sluice/net/header_list.hpp"

namespace sluice::net {
namespace {

constexpr std::uint16_t default_port(bool tls) {
  return tls ? 443 : 80;
}

[[noreturn]] void refuse(std::string_view reason) {
  // The text itself is not repeated: it may hold credentials.
  throw Error(ErrorCode::invalid_input, "URL", "", std::string(reason));
}

bool parse_scheme(std::string_view& rest) {
  const std::size_t end = rest.find("://");
  if (end == std::string_view::npos) refuse("it must begin with http:// or https://");
  const std::string_view scheme = rest.substr(0, end);
  const bool tls = equal_names(scheme, "https");
  if (!tls && !equal_names(scheme, "http")) refuse("its scheme is neither http nor https");
  rest.remove_prefix(end + 3);
  return tls;
}

bool is_host_byte(char c) {
  const char lower = to_lower(c);
  return is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '.' || c == '_';
}

std::string parse_name(std::string_view host) {
  if (host.empty()) refuse("it names no host");
  if (host.size() > 253) refuse("its host name is longer than 253 bytes");
  std::string name;
  for (const char c : host) {
    if (!is_host_byte(c))
      refuse("its host name has a character that is no letter, digit, '-', '_' or '.'");
    name += to_lower(c);
  }
  return name;
}

std::string parse_ipv6(std::string_view host) {
  std::string name;
  for (const char c : host)
    name += to_lower(c);
  in6_addr address;
  if (::inet_pton(AF_INET6, name.c_str(), &address) != 1) refuse("its IPv6 address is malformed");
  return name;
}

std::uint16_t parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || port > 65535) {
    refuse("its port is not a number from 1 to 65535");
  }
  return static_cast<std::uint16_t>(port);
}

Endpoint parse_authority(std::string_view text, bool tls) {
  if (text.find('@') != std::string_view::npos)
    refuse("user information in a URL would end up in logs; give it otherwise");
  Endpoint endpoint{.tls = tls, .host = {}, .port = default_port(tls)};
  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) refuse("its IPv6 address has no closing bracket");
    endpoint.host = parse_ipv6(text.substr(1, close - 1));
    const std::string_view after = text.substr(close + 1);
    if (!after.empty() && after.front() != ':')
      refuse("something other than a port follows its IPv6 address");
    if (!after.empty()) port = after.substr(1);
  } else {
    const std::size_t colon = text.find(':');
    endpoint.host = parse_name(text.substr(0, colon));
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
  }
  // RFC 3986 section 3.2.3 allows "host:" for the default port.
  if (port && !port->empty()) endpoint.port = parse_port(*port);
  return endpoint;
}

std::string parse_target(std::string_view text) {
  text = text.substr(0, text.find('#'));
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) refuse("it has a space or a control character");
  }
  std::string target(text);
  if (!target.starts_with('/')) target.insert(0, 1, '/');
  return target;
}

}  // namespace

std::string Endpoint::authority() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  std::string text = ipv6 ? "[" + host + "]" : host;
  if (port != default_port(tls)) text += ":" + std::to_string(port);
  return text;
}

std::string Endpoint::origin() const {
  return (tls ? "https://" : "http://") + authority();
}

Url parse_url(std::string_view text) {
  const bool tls = parse_scheme(text);
  const std::size_t end = text.find_first_of("/?#");
  Url url;
  url.endpoint = parse_authority(text.substr(0, end), tls);
  url.target = parse_target(end == std::string_view::npos ? std::string_view() : text.substr(end));
  return url;
}

}  // namespace sluice::net
