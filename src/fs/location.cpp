#include "sluice/fs/location.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <system_error>

#include "sluice/codec/percent.hpp"
#include "sluice/core/error.hpp"

namespace sluice {
namespace {

struct SchemeName {
  Scheme scheme;
  std::string_view name;
};
constexpr std::array names = {
    SchemeName{Scheme::local, "file"},    SchemeName{Scheme::s3, "s3"},
    SchemeName{Scheme::sftp, "sftp"},     SchemeName{Scheme::ftp, "ftp"},
    SchemeName{Scheme::ftpes, "ftpes"},   SchemeName{Scheme::ftps, "ftps"},
    SchemeName{Scheme::webdav, "webdav"}, SchemeName{Scheme::webdavs, "webdavs"},
};

std::optional<Scheme> scheme_of(std::string_view name) {
  const auto found = std::ranges::find(names, name, &SchemeName::name);
  if (found == names.end()) return std::nullopt;
  return found->scheme;
}

/// Whether a login begins in a directory of its own.
bool has_login_directory(Scheme scheme) {
  return has_host(scheme) && scheme != Scheme::webdav && scheme != Scheme::webdavs;
}

Error bad_url(std::string_view url, std::string message) {
  return Error(ErrorCode::invalid_input, "open", std::string(url), std::move(message));
}

std::string decoded(std::string_view url, std::string_view text) {
  auto plain = codec::percent_decode(text, codec::Plus::literal);
  if (!plain) throw bad_url(url, "a % in it is not followed by two hexadecimal digits (write %25)");
  return std::move(*plain);
}

Error missing_bucket(std::string_view url) {
  return bad_url(url, "the bucket is missing: s3://bucket/key");
}

Location s3_location(std::string_view url, std::string_view rest) {
  const auto slash = rest.find('/');
  Location location;
  location.scheme = Scheme::s3;
  location.bucket = rest.substr(0, slash);
  if (slash != std::string_view::npos) location.path = rest.substr(slash + 1);
  if (location.bucket.empty() && !rest.empty()) throw missing_bucket(url);
  return location;
}

/// "user@host:port" of a URL.
void read_authority(std::string_view url, std::string_view authority, Location& location) {
  const auto at = authority.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    if (user.find(':') != std::string_view::npos)
      throw bad_url(fmt::format("{}://...", name_of(location.scheme)),
                    "a password must not stand in a URL, where others can see it");
    location.user = decoded(url, user);
    authority.remove_prefix(at + 1);
  }
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) throw bad_url(url, "the address's ] is missing");
    location.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else {
    const auto colon = authority.find(':');
    location.host = authority.substr(0, colon);
    if (colon != std::string_view::npos) port = authority.substr(colon);
  }
  if (location.host.empty())
    throw bad_url(
        url, fmt::format("the host is missing: {}://user@host/path", name_of(location.scheme)));
  const bool unusable = std::ranges::any_of(location.host, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7F;
  });
  if (unusable) throw bad_url(url, "the host holds a blank or a control character");
  if (port.empty()) return;
  const char* const last = port.data() + port.size();
  const auto [end, failed] = std::from_chars(port.data() + 1, last, location.port);
  if (!port.starts_with(':') || failed != std::errc() || end != last || location.port == 0)
    throw bad_url(url, "the port is a number from 1 to 65535");
}

Location server_location(Scheme scheme, std::string_view url, std::string_view rest) {
  const auto slash = rest.find('/');
  Location location;
  location.scheme = scheme;
  read_authority(url, rest.substr(0, slash), location);
  if (slash != std::string_view::npos) location.path = decoded(url, rest.substr(slash));
  if (location.path.find('\0') != std::string::npos) throw bad_url(url, "a path cannot hold NUL");
  if (!has_login_directory(scheme)) {
    if (location.path.empty()) location.path = "/";
    return location;
  }
  if (location.path == "/~") location.path.clear();
  if (location.path.starts_with("/~/")) location.path.erase(0, 3);
  return location;
}

// In a form in which the tree below it has it as a prefix: "/a/b/", "bucket/prefix/".
std::string resolved(const Location& tree) {
  std::string path = tree.path;
  if (tree.scheme == Scheme::local) {
    std::error_code failed;
    path = std::filesystem::weakly_canonical(std::filesystem::absolute(path), failed).string();
    if (failed) throw Error(ErrorCode::invalid_input, "resolve", tree.path, failed.message());
  }
  if (!path.empty() && path.back() != '/') path += '/';
  if (tree.scheme == Scheme::local) return path;
  return (tree.scheme == Scheme::s3 ? tree.bucket : tree.server()) + "/" + path;
}

std::string known_schemes() {
  std::string all;
  for (const SchemeName& one : names)
    all += fmt::format("{}{}://",
                       &one == &names.back() ? " and "
                       : all.empty()         ? ""
                                             : ", ",
                       one.name);
  return all;
}

}  // namespace

std::string_view name_of(Scheme scheme) {
  return std::ranges::find(names, scheme, &SchemeName::scheme)->name;
}

bool has_host(Scheme scheme) {
  return scheme != Scheme::local && scheme != Scheme::s3;
}

std::string Location::server() const {
  const bool ipv6 = host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}{}{}{}", name_of(scheme), user, user.empty() ? "" : "@",
                     ipv6 ? "[" : "", host, ipv6 ? "]" : "",
                     port == 0 ? "" : fmt::format(":{}", port));
}

Overlap overlap_of(const Location& one, const Location& other) {
  if (one.scheme != other.scheme) return Overlap::none;
  const std::string left = resolved(one), right = resolved(other);
  if (left == right) return Overlap::same;
  return left.starts_with(right) || right.starts_with(left) ? Overlap::nested : Overlap::none;
}

Location parse_location(std::string_view url) {
  if (url.empty()) throw bad_url(url, "the path is empty");
  if (url == "s3:") return s3_location(url, "");
  const auto colon = url.find("://");
  if (colon == std::string_view::npos) return {.scheme = Scheme::local, .path = std::string(url)};
  const std::string_view name = url.substr(0, colon);
  const std::string_view rest = url.substr(colon + 3);
  const std::optional<Scheme> scheme = scheme_of(name);
  if (!scheme)
    throw Error(ErrorCode::unsupported, "open", std::string(url),
                fmt::format("the scheme {} is not known; there are plain paths, {}", name,
                            known_schemes()));
  if (has_host(*scheme)) return server_location(*scheme, url, rest);
  if (scheme == Scheme::s3) return s3_location(url, rest);
  if (!rest.starts_with('/')) throw bad_url(url, "a file URL has three slashes: file:///path");
  return {.scheme = Scheme::local, .path = std::string(rest)};
}

Location parse_file_location(std::string_view url) {
  Location location = parse_location(url);
  if (location.is_service()) throw missing_bucket(url);
  return location;
}

SplitPath split_path(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return {"", std::string(path)};
  const std::string_view directory = slash == 0 ? "/" : path.substr(0, slash);
  return {std::string(directory), std::string(path.substr(slash + 1))};
}

}  // namespace sluice
