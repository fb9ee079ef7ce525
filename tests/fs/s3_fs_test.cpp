#include "sluice/fs/s3_fs.hpp"

#include <doctest/doctest.h>

#include <set>

#include "fs/fs_actions.hpp"
#include "fs/s3_multipart.hpp"
#include "fs/s3_world.hpp"
#include "sluice/async/deadline.hpp"

namespace sluice {
namespace {

using test::FakeAnswer;
using test::FakeHttp;
using test::ok;
using test::S3World;
using test::SeenRequest;

FakeAnswer head_of(std::string etag) {
  return {.status = 200,
          .headers = {{"ETag", "\"" + etag + "\""}, {"Content-Length", "3"}},
          .announce_length = false};
}
FakeAnswer failed_condition() {
  return {.status = 412, .body = "<Error><Code>PreconditionFailed</Code></Error>"};
}

Task<FileInfo> write_text(FileSystem& files, OpContext context, std::string text,
                          WriteOptions options) {
  std::unique_ptr<ByteSink> sink =
      co_await files.create(std::move(context), "file", std::move(options));
  co_await sink->write(as_bytes(text));
  FileInfo info = co_await sink->commit();
  co_return info;
}

WriteOptions overwriting(std::string etag) {
  WriteOptions options;
  options.expected.emplace();
  options.expected->etag = std::move(etag);
  return options;
}

}  // namespace

TEST_CASE("bytes of S3 that do not have their checksum are an integrity error, at the end") {
  S3World world;
  FakeAnswer answer = ok("1234");
  answer.headers.emplace_back("x-amz-checksum-crc64nvme", "rosUhgp5mIg=");  // of "123456789"
  world.http->then(std::move(answer));
  auto body = [](S3World&, FileSystem& files, OpContext context) -> Task<> {
    std::unique_ptr<ByteSource> source = co_await files.open(context, "file", ReadOptions());
    const Bytes bytes = co_await source->next();
    CHECK(as_text(bytes) == "1234");
    co_await source->next();
  };
  CHECK(world.run(body)->code() == ErrorCode::integrity);
}

TEST_CASE("S3 roots of equal names are told apart by their endpoint") {
  S3World world;
  world.prefix = "p";
  auto body = [](S3World&, FileSystem& files, OpContext context) -> Task<> {
    const std::string name = co_await files.identity(context);
    CHECK(name == "http://127.0.0.1:9 s3://b/p/");
  };
  CHECK_FALSE(world.run(body));
}

TEST_CASE("opening an object with its tags never holds one connection while it waits for another") {
  S3World world;
  world.http->then(
      ok("<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"));
  world.http->then(ok("1234"));
  auto body = [](S3World&, FileSystem& files, OpContext context) -> Task<> {
    ReadOptions options;
    options.extras = true;
    options.known.emplace();
    options.known->etag = "tag";
    std::unique_ptr<ByteSource> source = co_await files.open(context, "file", options);
    CHECK(source->info().extras->tags->at("a") == "1");
  };
  CHECK_FALSE(world.run(body));
  for (const SeenRequest& request : world.http->seen())
    CHECK(request.open_answers == 0);
}

namespace {

/// Serves ranges of 11 MiB, of one version, with its checksum on HEAD.
struct LargeObject {
  std::string bytes = std::string(11_MiB, 'x');
  std::string checksum;
  int gets = 0;

  LargeObject() {
    bytes[6'000'000] = 'y';
    aws::Checksum whole(aws::ChecksumAlgorithm::crc64nvme);
    whole.update(as_bytes(bytes));
    checksum = whole.base64();
  }
  FakeAnswer answer(const SeenRequest& request) {
    if (request.method == "HEAD") {
      FakeAnswer head = head_of("tag");
      head.headers.back().second = std::to_string(bytes.size());
      head.headers.emplace_back("x-amz-checksum-crc64nvme", checksum);
      return head;
    }
    ++gets;
    CHECK(request.header("if-match") == "\"tag\"");
    const std::string range = request.header("range");
    const std::size_t dash = range.find('-');
    const std::size_t first = std::stoul(range.substr(6, dash - 6));
    const std::size_t last = std::stoul(range.substr(dash + 1));
    FakeAnswer part = ok(bytes.substr(first, last - first + 1));
    part.status = 206;
    part.step = 300'000;
    part.headers.emplace_back("Content-Range",
                              "bytes " + range.substr(6) + "/" + std::to_string(bytes.size()));
    return part;
  }
};

constexpr auto read_large = [](S3World&, FileSystem& files, OpContext context) -> Task<> {
  ReadOptions options;
  options.known.emplace();
  options.known->size = 11_MiB;
  std::unique_ptr<ByteSource> source = co_await files.open(context, "file", options);
  std::size_t size = 0;
  for (;;) {
    const Bytes bytes = co_await source->next();
    if (bytes.empty()) break;
    if (size <= 6'000'000 && size + bytes.size() > 6'000'000)
      CHECK(as_text(bytes)[6'000'000 - size] == 'y');
    size += bytes.size();
  }
  CHECK(size == 11_MiB);
};

}  // namespace

TEST_CASE("a large S3 object is read by pinned ranges, in order, and verified as a whole") {
  S3World world;
  LargeObject object;
  *world.http = FakeHttp([&object](const SeenRequest& request) { return object.answer(request); });
  CHECK_FALSE(world.run(read_large).has_value());
  CHECK(object.gets == 3);
  object.checksum = "rosUhgp5mIg=";
  CHECK(world.run(read_large)->code() == ErrorCode::integrity);
}

TEST_CASE("a large S3 object is read even if no buffer is ever free") {
  S3World world;
  LargeObject object;
  *world.http = FakeHttp([&object](const SeenRequest& request) { return object.answer(request); });
  auto starved = [](S3World& in, FileSystem& files, OpContext context) -> Task<> {
    const Semaphore::Permit all = co_await in.read_buffers->acquire(5_MiB);
    co_await read_large(in, files, context);
  };
  auto with_buffers = [&world, &starved](Runtime& runtime) {
    world.read_buffers = std::make_shared<Semaphore>(runtime.executor(), 5_MiB);
    return S3World::run_with(world, runtime, starved);
  };
  CHECK_FALSE(test::error_of(with_buffers).has_value());
}

TEST_CASE("parts of S3 that are read ahead leave buffers for who sends them on") {
  S3World world;
  LargeObject object;
  *world.http = FakeHttp([&object](const SeenRequest& request) {
    return request.method == "PUT" ? ok() : object.answer(request);
  });
  auto send_on = [](S3World&, FileSystem& files, OpContext context) -> Task<> {
    ReadOptions options;
    options.known.emplace();
    options.known->size = 11_MiB;
    std::unique_ptr<ByteSource> source = co_await files.open(context, "file", std::move(options));
    co_await source->next();
    co_await sleep_for(std::chrono::milliseconds(100));  // the next part is read ahead
    const SteadyTime until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    Task<FileInfo> write = write_text(files, context, "bytes", WriteOptions());
    co_await with_deadline(until, "write", std::move(write));
  };
  auto with_one_buffer = [&world, &send_on](Runtime& runtime) {
    world.buffers = std::make_shared<Semaphore>(runtime.executor(), 5_MiB);
    return S3World::run_with(world, runtime, send_on);
  };
  const auto failure = test::error_of(with_one_buffer);
  INFO((failure ? failure->what() : "no failure"));
  CHECK_FALSE(failure.has_value());
}

TEST_CASE("If-Match on S3 is tried once with a wrong tag, and then trusted") {
  S3World world;
  world.http->then(head_of("old"))
      .then(failed_condition())
      .then(ok({}, "new"));           // HEAD, wrong tag, right tag
  world.http->then(ok({}, "newer"));  // no HEAD any more
  world.http->then(failed_condition());
  auto body = [](S3World& in, FileSystem& files, OpContext context) -> Task<> {
    FileInfo info = co_await write_text(files, context, "one", overwriting("old"));
    CHECK(info.etag == "new");
    CHECK(in.client->if_match_on_put() == aws::IfMatchSupport::honoured);
    CHECK(files.capabilities().conditional_write);
    info = co_await write_text(files, context, "two", overwriting("new"));
    CHECK(in.http->seen().back().header("if-match") == "\"new\"");
    co_await write_text(files, context, "three", overwriting("new"));
  };
  CHECK(world.run(body)->code() == ErrorCode::conflict);
  CHECK(world.http->seen().size() == 5);
}

TEST_CASE("a server that ignores If-Match is looked at before each overwrite") {
  S3World world;
  world.http->then(head_of("old"))
      .then(ok({}, "new"));  // the wrong tag was ignored: written, guarded by the HEAD
  world.http->then(head_of("new")).then(ok({}, "newer"));
  world.http->then(head_of("strange"));
  auto body = [](S3World& in, FileSystem& files, OpContext context) -> Task<> {
    co_await write_text(files, context, "one", overwriting("old"));
    CHECK(in.client->if_match_on_put() == aws::IfMatchSupport::ignored);
    co_await write_text(files, context, "two", overwriting("new"));
    CHECK(in.http->seen().back().header("if-match").empty());
    co_await write_text(files, context, "three", overwriting("newer"));
  };
  CHECK(world.run(body)->code() == ErrorCode::conflict);
  CHECK(world.http->seen().size() == 5);
}

TEST_CASE("a multipart upload is journalled before its parts and aborted when it fails") {
  S3World world;
  *world.http = FakeHttp([&world](const SeenRequest& request) -> FakeAnswer {
    if (request.target.ends_with("?uploads")) {
      return ok(
          "<InitiateMultipartUploadResult><UploadId>id+1</UploadId></"
          "InitiateMultipartUploadResult>");
    }
    CHECK(world.journal->recorded.size() == 1);
    if (request.method == "DELETE") return {.status = 204};
    return {.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"};
  });
  auto body = [](S3World&, FileSystem& files, OpContext context) -> Task<> {
    co_await write_text(files, context, std::string(6_MiB, 'x'), WriteOptions());
  };
  CHECK(world.run(body)->code() == ErrorCode::permission_denied);
  CHECK(world.http->seen().back().method == "DELETE");
  CHECK(world.http->seen().back().target == "/b/file?uploadId=id%2B1");
  REQUIRE(world.journal->recorded.size() == 1);
  CHECK(world.journal->recorded[0].kind == "multipart");
  CHECK(world.journal->forgotten == std::vector<std::string>{world.journal->recorded[0].subject});
}

TEST_CASE("an upload whose abort failed is aborted when another one begins") {
  S3World world;
  std::size_t begun = 0, aborts = 0;
  *world.http = FakeHttp([&](const SeenRequest& request) -> FakeAnswer {
    if (request.target.ends_with("?uploads")) {
      return ok("<InitiateMultipartUploadResult><UploadId>id" + std::to_string(++begun) +
                "</UploadId></InitiateMultipartUploadResult>");
    }
    if (request.method == "DELETE" && ++aborts > 1) return {.status = 204};
    return {.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"};
  });
  auto body = [](S3World& in, FileSystem& files, OpContext context) -> Task<> {
    for (int turn = 0; turn < 2; ++turn) {
      const auto code = co_await test::failure_of(
          write_text(files, context, std::string(6_MiB, 'x'), WriteOptions()));
      CHECK(code == ErrorCode::permission_denied);
      // The abort goes on in the background.
      for (int waits = 0; in.http->seen().back().method != "DELETE" && waits < 100; ++waits)
        co_await sleep_for(std::chrono::milliseconds(2));
    }
  };
  CHECK_FALSE(world.run(body).has_value());
  REQUIRE(world.journal->recorded.size() == 2);
  const std::set<std::string> gone(world.journal->forgotten.begin(),
                                   world.journal->forgotten.end());
  CHECK(gone == std::set<std::string>{world.journal->recorded[0].subject,
                                      world.journal->recorded[1].subject});
}

TEST_CASE("what dead processes left at this S3 endpoint is swept, and nothing else") {
  S3World world;
  const std::string ours = multipart_subject(
      {.object = {.bucket = "b", .key = "a b/\xC3\xA9?"}, .id = "u&1"}, "http://127.0.0.1:9");
  const std::string gone = multipart_subject({.object = {.bucket = "b", .key = "gone"}, .id = "u2"},
                                             "http://127.0.0.1:9");
  const std::string denied = multipart_subject(
      {.object = {.bucket = "b", .key = "denied"}, .id = "u3"}, "http://127.0.0.1:9");
  const std::string elsewhere =
      multipart_subject({.object = {.bucket = "b", .key = "k"}, .id = "u"}, "https://s3.example");
  world.journal->left = {
      {.kind = "file", .subject = "/tmp/x"},       {.kind = "multipart", .subject = ours},
      {.kind = "multipart", .subject = gone},      {.kind = "multipart", .subject = denied},
      {.kind = "multipart", .subject = elsewhere}, {.kind = "multipart", .subject = "garbage"}};
  world.http->then({.status = 204})
      .then({.status = 404, .body = "<Error><Code>NoSuchUpload</Code></Error>"})
      .then({.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"});
  auto body = [](S3World& in, FileSystem&, OpContext context) -> Task<> {
    const std::size_t swept = co_await sweep_multipart(context, *in.client, in.journal);
    CHECK(swept == 2);
  };
  CHECK_FALSE(world.run(body).has_value());
  CHECK(world.http->seen()[0].target == "/b/a%20b/%C3%A9%3F?uploadId=u%261");
  CHECK(world.journal->forgotten == std::vector<std::string>{ours, gone});
  const auto back = parse_multipart_subject(ours);
  REQUIRE(back.has_value());
  CHECK(back->upload.object.key == "a b/\xC3\xA9?");
  CHECK(back->upload.id == "u&1");
}

TEST_CASE("paths that cannot be S3 keys are refused before anything is sent") {
  S3World world;
  auto empty = [](S3World&, FileSystem& files, OpContext context) -> Task<> {
    co_await files.open(context, "", ReadOptions());
  };
  CHECK(world.run(empty)->code() == ErrorCode::invalid_input);
  auto longest = [](S3World&, FileSystem& files, OpContext context) -> Task<> {
    co_await files.create(context, std::string(1'025, 'k'), WriteOptions());
  };
  CHECK(world.run(longest)->code() == ErrorCode::invalid_input);
  CHECK(world.http->seen().empty());
}

TEST_CASE("a failed S3 deletion is told of each path") {
  S3World world;
  world.prefix = "p";
  world.http->then({.status = 200,
                    .body = "<DeleteResult><Error><Key>p/b</Key><Code>AccessDenied</"
                            "Code><Message>no</Message></Error></DeleteResult>"});
  auto body = [](S3World&, FileSystem& files, OpContext context) -> Task<> {
    std::vector<std::string> paths = {"a", "b"};
    const RemoveResult result = co_await files.remove(context, std::move(paths));
    CHECK(result.removed == 1);
    REQUIRE(result.failures.size() == 1);
    CHECK(result.failures[0].path == "b");
    CHECK(result.failures[0].error.code() == ErrorCode::permission_denied);
  };
  CHECK_FALSE(world.run(body).has_value());
}

}  // namespace sluice
