#include <doctest/doctest.h>

#include "fs/s3_world.hpp"

/// What an overwrite in place keeps of an S3 object, and what it refuses to lose.
namespace sluice {
namespace {

using test::FakeAnswer;
using test::FakeHttp;
using test::ok;
using test::S3World;
using test::SeenRequest;

constexpr std::string_view lock_mode = "x-amz-object-lock-mode";
constexpr std::string_view lock_until = "x-amz-object-lock-retain-until-date";
constexpr std::string_view legal_hold = "x-amz-object-lock-legal-hold";

bool asks_for_tags(const SeenRequest& request) {
  return request.target.ends_with("?tagging");
}

FakeAnswer tagged(std::string value) {
  return ok("<Tagging><TagSet><Tag><Key>a</Key><Value>" + value +
            "</Value></Tag></TagSet></Tagging>");
}

FakeAnswer with(FakeAnswer answer, std::string_view name, std::string value) {
  answer.headers.emplace_back(name, std::move(value));
  return answer;
}

/// Opens what a walk reported with the tag "tag", and writes it anew with its attributes.
constexpr auto overwrite = [](S3World&, FileSystem& files, OpContext context) -> Task<> {
  ReadOptions read;
  read.extras = true;
  read.known.emplace();
  read.known->etag = "tag";
  std::unique_ptr<ByteSource> source = co_await files.open(context, "file", std::move(read));
  WriteOptions write;
  write.extras = source->info().extras;
  source.reset();
  std::unique_ptr<ByteSink> sink = co_await files.create(context, "file", std::move(write));
  co_await sink->commit();
};

std::vector<SeenRequest> puts_of(const S3World& world) {
  std::vector<SeenRequest> puts;
  for (const SeenRequest& request : world.http->seen()) {
    if (request.method == "PUT") puts.push_back(request);
  }
  return puts;
}

/// Of an object with these header fields.
SeenRequest put_of(std::vector<std::pair<std::string, std::string>> headers) {
  S3World world;
  world.http = std::make_shared<FakeHttp>([&headers](const SeenRequest& request) {
    if (asks_for_tags(request)) return ok("<Tagging><TagSet/></Tagging>");
    FakeAnswer answer = ok();
    answer.headers.insert(answer.headers.end(), headers.begin(), headers.end());
    return answer;
  });
  const auto failure = world.run(overwrite);
  INFO((failure ? failure->what() : "no failure"));
  REQUIRE_FALSE(failure.has_value());
  const std::vector<SeenRequest> puts = puts_of(world);
  REQUIRE(puts.size() == 1);
  return puts.front();
}

}  // namespace

TEST_CASE("an S3 object whose tags may not be read is not overwritten without them") {
  S3World world;
  world.http = std::make_shared<FakeHttp>([](const SeenRequest& request) -> FakeAnswer {
    if (asks_for_tags(request))
      return {.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"};
    return with(ok(), "x-amz-tagging-count", "2");
  });
  const auto failure = world.run(overwrite);
  REQUIRE(failure.has_value());
  CHECK(failure->code() == ErrorCode::permission_denied);
  CHECK(std::string_view(failure->what()).find("2 tags") != std::string_view::npos);
  CHECK(puts_of(world).empty());
}

TEST_CASE("an S3 object without tags is overwritten, whether its tags may be read or not") {
  S3World world;
  world.http = std::make_shared<FakeHttp>([](const SeenRequest& request) -> FakeAnswer {
    if (asks_for_tags(request))
      return {.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"};
    return ok();
  });
  CHECK_FALSE(world.run(overwrite).has_value());
  CHECK(puts_of(world).size() == 1);
}

TEST_CASE("the tags of an S3 object are those of the version that is read") {
  S3World world;
  world.http->then(tagged("old")).then(ok("bytes", "new"));  // replaced in between
  world.http->then(tagged("new")).then(ok("bytes", "new"));
  world.http->then(ok());
  CHECK_FALSE(world.run(overwrite).has_value());
  const std::vector<SeenRequest> puts = puts_of(world);
  REQUIRE(puts.size() == 1);
  CHECK(puts.front().header("x-amz-tagging") == "a=new");
}

TEST_CASE("an S3 object that is replaced again and again while it is opened is a conflict") {
  S3World world;
  int version = 0;
  world.http = std::make_shared<FakeHttp>([&version](const SeenRequest& request) {
    return asks_for_tags(request) ? tagged("x") : ok("bytes", std::to_string(++version));
  });
  const auto failure = world.run(overwrite);
  REQUIRE(failure.has_value());
  CHECK(failure->code() == ErrorCode::conflict);
  CHECK(version < 10);
}

TEST_CASE("an overwrite on S3 keeps retention and legal hold") {
  const SeenRequest put = put_of({{std::string(lock_mode), "COMPLIANCE"},
                                  {std::string(lock_until), "2150-01-02T03:04:05.678Z"},
                                  {std::string(legal_hold), "ON"}});
  CHECK(put.header(lock_mode) == "COMPLIANCE");
  CHECK(put.header(lock_until) == "2150-01-02T03:04:05.678Z");
  CHECK(put.header(legal_hold) == "ON");
  // S3 wants to know of a checksum then.
  CHECK(put.header("x-amz-sdk-checksum-algorithm") == "CRC64NVME");
  CHECK_FALSE(put.header("x-amz-checksum-crc64nvme").empty());
}

TEST_CASE("a retention that has ended is not asked for again, as S3 would refuse it") {
  const SeenRequest put = put_of({{std::string(lock_mode), "GOVERNANCE"},
                                  {std::string(lock_until), "2001-01-01T00:00:00.000Z"},
                                  {std::string(legal_hold), "ON"}});
  CHECK(put.header(lock_mode).empty());
  CHECK(put.header(lock_until).empty());
  CHECK(put.header(legal_hold) == "ON");
}

}  // namespace sluice
