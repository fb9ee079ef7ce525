#include <doctest/doctest.h>

#include "fs/s3_world.hpp"

namespace sluice {
namespace {

using test::FakeAnswer;
using test::FakeHttp;
using test::ok;
using test::S3World;
using test::SeenRequest;

constexpr std::string_view kind = "x-amz-server-side-encryption";
constexpr std::string_view key_id = "x-amz-server-side-encryption-aws-kms-key-id";
constexpr std::string_view bucket_key = "x-amz-server-side-encryption-bucket-key-enabled";

/// A server that copies anything; the source is encrypted under a KMS key.
FakeAnswer copying(const SeenRequest& request) {
  const bool has_part = request.target.find("partNumber=") != std::string::npos;
  if (request.method == "HEAD") {
    FakeAnswer head = ok();
    head.headers.insert(head.headers.end(),
                        {{"Content-Length", "9"},
                         {std::string(kind), "aws:kms"},
                         {std::string(key_id), "theirs"},
                         {std::string(bucket_key), "true"},
                         {"x-amz-object-lock-mode", "COMPLIANCE"},
                         {"x-amz-object-lock-retain-until-date", "2150-01-01T00:00:00Z"},
                         {"x-amz-object-lock-legal-hold", "ON"}});
    head.announce_length = false;
    return head;
  }
  if (request.target.ends_with("?uploads"))
    return ok(
        "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
  if (has_part) return ok("<CopyPartResult><ETag>\"p\"</ETag></CopyPartResult>");
  if (request.method == "POST")
    return ok("<CompleteMultipartUploadResult><ETag>\"m\"</ETag></CompleteMultipartUploadResult>");
  if (request.target.ends_with("?tagging")) return ok("<Tagging><TagSet/></Tagging>");
  return ok("<CopyObjectResult><ETag>\"c\"</ETag></CopyObjectResult>");
}

FileInfo source_file(std::uint64_t size) {
  FileInfo from;
  from.path = "from";
  from.size = size;
  from.etag = "tag";
  return from;
}

FileInfo encrypted(FileInfo file) {
  auto extras = std::make_shared<FileExtras>();
  extras->encryption = "aws:kms";
  extras->encryption_key_id = "theirs";
  file.extras = std::move(extras);
  return file;
}

/// The request that made the copy, or began it.
SeenRequest request_of_copy(S3World& world, const FileInfo& from) {
  world.http = std::make_shared<FakeHttp>(copying);
  auto body = [&from](S3World&, FileSystem& files, OpContext context) -> Task<> {
    return [](FileSystem* store, OpContext within, FileInfo file) -> Task<> {
      const auto copied = co_await store->copy_from(within, *store, file, "to", WriteOptions());
      CHECK(copied.has_value());
    }(&files, context, from);
  };
  const auto failure = world.run(body);
  INFO((failure ? failure->what() : "no failure"));
  REQUIRE_FALSE(failure.has_value());
  for (const SeenRequest& request : world.http->seen()) {
    const bool begins = request.target.ends_with("?uploads") || request.target == "/b/to";
    if (begins && request.method != "HEAD") return request;
  }
  FAIL("no copy was made");
  return {};
}

constexpr std::uint64_t large = 6_GiB;  // over the limit of one CopyObject

}  // namespace

TEST_CASE("an S3 copy is encrypted as it is told, small or in parts") {
  for (const std::uint64_t size : {std::uint64_t{9}, large}) {
    CAPTURE(size);
    S3World world;
    world.encryption = "aws:kms";
    world.encryption_key_id = "ours";
    const SeenRequest copy = request_of_copy(world, encrypted(source_file(size)));
    CHECK(copy.header(kind) == "aws:kms");
    CHECK(copy.header(key_id) == "ours");
    CHECK(copy.header(bucket_key).empty());
  }
}

TEST_CASE("an S3 copy never takes its source's key for another kind of encryption") {
  for (const std::uint64_t size : {std::uint64_t{9}, large}) {
    CAPTURE(size);
    S3World world;
    world.encryption = "AES256";
    const SeenRequest copy = request_of_copy(world, encrypted(source_file(size)));
    CHECK(copy.header(kind) == "AES256");
    CHECK(copy.header(key_id).empty());
    CHECK(copy.header(bucket_key).empty());
  }
}

TEST_CASE("an S3 copy that is told nothing is encrypted as its bucket says, small or in parts") {
  for (const std::uint64_t size : {std::uint64_t{9}, large}) {
    CAPTURE(size);
    S3World world;
    const SeenRequest copy = request_of_copy(world, source_file(size));
    CHECK(copy.header(kind).empty());
    CHECK(copy.header(key_id).empty());
  }
}

TEST_CASE("an S3 copy is locked as its bucket says, not as its source was, small or in parts") {
  for (const std::uint64_t size : {std::uint64_t{9}, large}) {
    CAPTURE(size);
    S3World world;
    const SeenRequest copy = request_of_copy(world, source_file(size));
    CHECK(copy.header("x-amz-object-lock-mode").empty());
    CHECK(copy.header("x-amz-object-lock-retain-until-date").empty());
    CHECK(copy.header("x-amz-object-lock-legal-hold").empty());
  }
}

}  // namespace sluice
