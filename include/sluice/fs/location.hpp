#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

enum class Scheme : std::uint8_t {
  local,
  s3,
  sftp,
  ftp,      ///< In the clear.
  ftpes,    ///< FTP with TLS that both agree on first (explicit, RFC 4217), as FileZilla names it.
  ftps,     ///< FTP with TLS from the first byte (implicit), as curl names it.
  webdav,   ///< Over HTTP.
  webdavs,  ///< Over HTTPS.
};

/// As it stands in URLs.
std::string_view name_of(Scheme scheme);
/// Whether a URL of it names a user, a host and a port.
bool has_host(Scheme scheme);

/// Where a URL points: a plain path, "file:///path", "s3://bucket/key", or "s3://" (also "s3:"),
/// which is the service itself with its buckets; "sftp://user@host:port/path", and the same with
/// the other schemes of servers. Pure.
struct Location {
  Scheme scheme = Scheme::local;
  std::string bucket{};  ///< s3 only; empty: the service itself.
  /// A local path, or a key (raw bytes, not percent-decoded: as the AWS CLI has it). On a server,
  /// the path there, percent-decoded as curl and OpenSSH have it: absolute, or (SFTP and FTP) below
  /// the directory where a login begins ("/~/x" in the URL; "" is that directory).
  std::string path{};
  std::string user{}, host{};  ///< Of a server; an IPv6 address without brackets.
  std::uint16_t port = 0;      ///< Of a server; 0: as the URL does not say.

  bool is_service() const { return scheme == Scheme::s3 && bucket.empty(); }
  /// "sftp://user@host:port": the server, for messages and as its name.
  std::string server() const;
};

/// Throws Error{invalid_input} for an empty URL, a key without a bucket, and a password in a URL
/// (others on this machine could see it), Error{unsupported} for a scheme that is not known.
Location parse_location(std::string_view url);
/// The same where files are wanted: the service itself is Error{invalid_input} too.
Location parse_file_location(std::string_view url);

enum class Overlap : std::uint8_t { none, nested, same };

/// Whether one of two trees lies below the other, so that a walk of one would meet what is written
/// into the other, or is the other. Buckets of one name count as one bucket: both trees are at one
/// endpoint. Local paths are compared with their links resolved, which may block; what does not
/// exist yet counts. Throws Error if a path cannot be resolved.
Overlap overlap_of(const Location& one, const Location& other);

/// The directory part and the last part: "a/b" -> "a", "b"; "b" -> "", "b". The last part is empty
/// if the path ends in '/'.
struct SplitPath {
  std::string directory, name;
};
SplitPath split_path(std::string_view path);

}  // namespace sluice
