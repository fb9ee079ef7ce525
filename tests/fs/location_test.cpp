#include "sluice/fs/location.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"

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

}  // namespace sluice
