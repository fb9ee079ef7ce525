#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::net {

/// Where connections go; the key of the connection pool.
struct Endpoint {
  bool tls = false;
  std::string host;  ///< Lower case; an IPv6 address without brackets.
  std::uint16_t port = 80;

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;

  /// "host" or "host:port" if the port is not the scheme's own; IPv6 in brackets. What the Host
  /// header says.
  std::string authority() const;
  /// "https://host:port".
  std::string origin() const;
};

struct Url {
  Endpoint endpoint;
  std::string
      target;  ///< Path and query exactly as written, beginning with '/'; the fragment is dropped.
};

/// Parses an absolute http or https URL (RFC 3986). User information is refused: it would end up in
/// logs. Throws Error{invalid_input}.
Url parse_url(std::string_view text);

}  // namespace sluice::net
