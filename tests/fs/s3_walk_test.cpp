#include "fs/s3_world.hpp"

namespace sluice {
namespace {

using test::ok;
using test::S3World;

std::string page(std::initializer_list<std::string_view> keys, std::string_view token = {}) {
  std::string text = "<ListBucketResult><EncodingType>url</EncodingType>";
  if (!token.empty()) {
    text.append("<IsTruncated>true</IsTruncated><NextContinuationToken>")
        .append(token)
        .append("</NextContinuationToken>");
  }
  for (const std::string_view key : keys)
    text.append("<Contents><Key>").append(key).append("</Key><Size>1</Size></Contents>");
  return text + "</ListBucketResult>";
}

constexpr auto walk_all = [](S3World&, FileSystem& files, OpContext context) -> Task<> {
  std::unique_ptr<FileStream> stream = files.walk(context, "", WalkOptions());
  while (co_await stream->next()) {
  }
};

}  // namespace

TEST_CASE(
    "a walk over S3 goes from page to page below its prefix, without markers of directories") {
  S3World world;
  world.prefix = "p";
  world.http->then(ok(page({"p/", "p/a", "p/d/"}, "t1"))).then(ok(page({"p/d/x", "p/z+1"})));
  auto body = [](S3World& in, FileSystem& files, OpContext context) -> Task<> {
    std::unique_ptr<FileStream> stream = files.walk(context, "", WalkOptions());
    std::vector<std::string> paths;
    for (;;) {
      auto batch = co_await stream->next();
      if (!batch) break;
      for (const FileInfo& file : batch->files)
        paths.push_back(file.path);
    }
    CHECK(paths == std::vector<std::string>{"a", "d/x", "z 1"});
    CHECK(in.http->seen()[0].target.find("prefix=p%2F") != std::string::npos);
    CHECK(in.http->seen()[1].target.find("continuation-token=t1") != std::string::npos);
  };
  CHECK_FALSE(world.run(body).has_value());
}

TEST_CASE("a listing of S3 out of order, or of other keys, is a protocol error") {
  for (const std::string& listing : {page({"b", "a"}), page({"a", "a"})}) {
    S3World world;
    world.http->then(ok(listing));
    const auto error = world.run(walk_all);
    REQUIRE(error.has_value());
    CHECK(error->code() == ErrorCode::protocol);
  }
  S3World across;
  across.http->then(ok(page({"a", "c"}, "t"))).then(ok(page({"b"})));
  CHECK(across.run(walk_all)->code() == ErrorCode::protocol);
  S3World outside;
  outside.prefix = "p/";
  outside.http->then(ok(page({"q"})));
  CHECK(outside.run(walk_all)->code() == ErrorCode::protocol);
}

TEST_CASE("a walk over S3 that loses a page fails, and one that is dropped ends its page ahead") {
  S3World world;
  world.http->then(ok(page({"a"}, "t")))
      .then({.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"});
  CHECK(world.run(walk_all)->code() == ErrorCode::permission_denied);
  S3World dropped;
  dropped.http->then(ok(page({"a"}, "t"))).then(ok(page({"b"})));
  auto first_only = [](S3World&, FileSystem& files, OpContext context) -> Task<> {
    std::unique_ptr<FileStream> stream = files.walk(context, "", WalkOptions());
    co_await stream->next();
  };
  CHECK_FALSE(dropped.run(first_only).has_value());
}

TEST_CASE("a walk over S3 narrows its listing by what the pattern begins with") {
  S3World world;
  world.http->then(ok(page({"logs/2025/a.csv", "logs/2025/b.txt"})));
  auto body = [](S3World& in, FileSystem& files, OpContext context) -> Task<> {
    WalkOptions options;
    options.include = {"logs/2025/*.csv"};
    std::unique_ptr<FileStream> stream = files.walk(context, "", options);
    const auto batch = co_await stream->next();
    REQUIRE(batch.has_value());
    REQUIRE(batch->files.size() == 1);
    CHECK(batch->files[0].path == "logs/2025/a.csv");
    CHECK(in.http->seen()[0].target.find("prefix=logs%2F2025%2F") != std::string::npos);
  };
  CHECK_FALSE(world.run(body).has_value());
}

}  // namespace sluice
