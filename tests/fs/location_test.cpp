#include "sluice/fs/location.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"
#include "support/temporary_directory.hpp"

namespace sluice {
namespace {

ErrorCode refusal_of(std::string_view url) {
  try {
    parse_file_location(url);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal;
}

Overlap overlap(const std::string& one, const std::string& other) {
  const Overlap found = overlap_of(parse_location(one), parse_location(other));
  CHECK(overlap_of(parse_location(other), parse_location(one)) == found);
  return found;
}

}  // namespace

TEST_CASE("a location is a local path, a key in a bucket, or the service itself") {
  CHECK(parse_location("a/b").path == "a/b");
  CHECK(parse_location("-").path == "-");
  CHECK(parse_location("file:///srv/a").path == "/srv/a");
  const Location object = parse_location("s3://bucket/a//b");
  CHECK(object.scheme == Scheme::s3);
  CHECK(object.bucket == "bucket");
  CHECK(object.path == "a//b");
  CHECK_FALSE(object.is_service());
  CHECK(parse_location("s3://bucket").path.empty());
  CHECK(parse_location("s3://").is_service());
  CHECK(parse_location("s3:").is_service());
  CHECK_FALSE(parse_location("./s3:").is_service());
}

TEST_CASE("where files are wanted, a bucket must be named") {
  CHECK(parse_file_location("s3://bucket").bucket == "bucket");
  CHECK(refusal_of("s3://") == ErrorCode::invalid_input);
  CHECK(refusal_of("s3:") == ErrorCode::invalid_input);
  CHECK(refusal_of("s3:///key") == ErrorCode::invalid_input);
  CHECK(refusal_of("") == ErrorCode::invalid_input);
  CHECK(refusal_of("file://host/a") == ErrorCode::invalid_input);
  CHECK(refusal_of("gopher://x") == ErrorCode::unsupported);
}

TEST_CASE("servers are named by user, host and port, and their paths are decoded") {
  const Location file = parse_location("ftp://me%40home@Host:2121/a%20b/c");
  CHECK(file.scheme == Scheme::ftp);
  CHECK(file.user == "me@home");
  CHECK(file.port == 2121);
  CHECK(file.path == "/a b/c");
  CHECK(parse_location("ftps://host/~/in").path == "in");
  CHECK(parse_location("ftpes://[::1]:21/x").server() == "ftpes://[::1]:21");
  CHECK(parse_location("webdavs://host").path == "/");
  CHECK(parse_location("webdav://host/~/x").path == "/~/x");
  CHECK(refusal_of("ftp://me:secret@host/") == ErrorCode::invalid_input);
  CHECK(refusal_of("webdavs:///x") == ErrorCode::invalid_input);
  CHECK(refusal_of("ftp://ho st/x") == ErrorCode::invalid_input);
  CHECK(refusal_of("webdav://host\r\nX: y/") == ErrorCode::invalid_input);
}

TEST_CASE("trees overlap if one is the other or lies below it") {
  CHECK(overlap("s3://bucket", "s3://bucket/a") == Overlap::nested);
  CHECK(overlap("s3://bucket/a", "s3://bucket/a/") == Overlap::same);
  CHECK(overlap("s3://bucket/a", "s3://bucket/a/b/c") == Overlap::nested);
  CHECK(overlap("s3://bucket/a", "s3://bucket/ab") == Overlap::none);
  CHECK(overlap("s3://bucket/a", "s3://bucket-b/a") == Overlap::none);
  CHECK(overlap("s3://tmp/a", "/tmp/a") == Overlap::none);
  CHECK(overlap("/tmp", "file:///tmp/not/there/yet") == Overlap::nested);
  CHECK(overlap("/", "/tmp") == Overlap::nested);
  CHECK(overlap("/tmp/a", "/tmp/ab") == Overlap::none);
  CHECK(overlap(".", "./below/../.") == Overlap::same);
}

TEST_CASE("local trees overlap whatever links lead to them") {
  const test::TemporaryDirectory directory;
  std::filesystem::create_directories(directory / "real/sub");
  std::filesystem::create_directory(directory / "other");
  std::filesystem::create_directory_symlink(directory / "real", directory / "link");
  const auto at = [&directory](const char* name) { return (directory / name).string(); };
  CHECK(overlap(at("real/sub"), at("link")) == Overlap::nested);
  CHECK(overlap(at("real"), at("link/sub/new")) == Overlap::nested);
  CHECK(overlap(at("real"), at("link/")) == Overlap::same);
  CHECK(overlap(at("real"), at("other")) == Overlap::none);
}

}  // namespace sluice
