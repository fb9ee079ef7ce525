#include "sluice/fs/location.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "sluice/core/error.hpp"

namespace sluice {
namespace {

Error bad_url(std::string_view url, std::string message) {
  return Error(ErrorCode::invalid_input, "open", std::string(url), std::move(message));
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

// In a form in which the tree below it has it as a prefix: "/a/b/", "bucket/prefix/".
std::string resolved(const Location& tree) {
  std::string path = tree.path;
  if (tree.scheme == Scheme::local) {
    std::error_code failed;
    path = std::filesystem::weakly_canonical(std::filesystem::absolute(path), failed).string();
    if (failed) throw Error(ErrorCode::invalid_input, "resolve", tree.path, failed.message());
  }
  if (!path.empty() && path.back() != '/') path += '/';
  return tree.scheme == Scheme::local ? path : tree.bucket + "/" + path;
}

}  // namespace

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
  if (colon == std::string_view::npos)
    return {.scheme = Scheme::local, .bucket = "", .path = std::string(url)};
  const std::string_view scheme = url.substr(0, colon);
  const std::string_view rest = url.substr(colon + 3);
  if (scheme == "s3") return s3_location(url, rest);
  if (scheme == "file") {
    if (!rest.starts_with('/')) throw bad_url(url, "a file URL has three slashes: file:///path");
    return {.scheme = Scheme::local, .bucket = "", .path = std::string(rest)};
  }
  throw Error(
      ErrorCode::unsupported, "open", std::string(url),
      fmt::format("the scheme {} is not known; there are plain paths, file:// and s3://", scheme));
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
