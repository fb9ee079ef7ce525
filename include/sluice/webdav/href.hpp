#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/net/endpoint.hpp"

namespace sluice::webdav {

/// A path on a server as it goes into a request: percent-encoded (RFC 3986), everything but
/// unreserved characters and '/'. `path`: raw bytes, beginning with '/'.
std::string target_of(std::string_view path);
/// The same of a directory: with one '/' at its end, as servers want it (RFC 4918 section 5.2).
std::string collection_target_of(std::string_view path);

/// What an href of an answer means to who asked for a directory.
enum class HrefKind : std::uint8_t {
  self,     ///< What was asked for.
  child,    ///< A name directly in it.
  outside,  ///< Something else on this server.
  foreign,  ///< On another host; it is never contacted.
  refused,  ///< No name that a file can have: an encoded '/' or NUL, "..", a bad '%'.
};
struct ResolvedHref {
  HrefKind kind = HrefKind::refused;
  std::string name{};  ///< Of a child: decoded.
};

/// Resolves the hrefs of one answer. Paths are compared decoded, without regard to doubled and
/// final slashes; '+' is itself. Of an absolute URL the host must be the server's; scheme and port
/// may differ, as they do behind a proxy that ends TLS. Pure.
class HrefResolver {
 public:
  /// `target`: what was asked for, after redirects. Throws Error{invalid_input} if it is no path
  /// that can be decoded.
  HrefResolver(const net::Endpoint& endpoint, std::string_view target);
  ResolvedHref resolve(std::string_view href) const;

 private:
  std::string host_;
  std::string base_;  ///< Decoded: "/a/b"; "" is the server's root.
};

}  // namespace sluice::webdav
