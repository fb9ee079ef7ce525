#include "sluice/fs/s3_fs.hpp"

#include <doctest/doctest.h>

#include "fs/s3_multipart.hpp"
#include "sluice/core/error.hpp"
#include "support/fake_http.hpp"
#include "support/run.hpp"

namespace sluice {
namespace {

using test::FakeAnswer;
using test::FakeHttp;
using test::SeenRequest;

class MemoryJournal final : public TemporaryJournal {
 public:
  Task<void> record(Temporary temporary) override {
    recorded.push_back(std::move(temporary));
    co_return;
  }
  void forget(const Temporary& temporary) override { forgotten.push_back(temporary.subject); }
  Task<std::vector<Temporary>> orphans() override { co_return left; }
  void record_in_job(const Temporary&) override { FAIL_CHECK("a file system of objects has no temporary files"); }
  void forget_in_job(const Temporary&) override { FAIL_CHECK("a file system of objects has no temporary files"); }

  std::vector<Temporary> recorded, left;
  std::vector<std::string> forgotten;
};

struct World {
  std::shared_ptr<FakeHttp> http = std::make_shared<FakeHttp>();
  std::shared_ptr<MemoryJournal> journal = std::make_shared<MemoryJournal>();
  std::shared_ptr<aws::S3Client> client;
  std::string prefix;
  std::shared_ptr<Semaphore> buffers;

  template <class Body>
  static Task<> run_with(World& world, Runtime& runtime, Body& body) {
    aws::S3ClientOptions options;
    options.endpoint.region = "us-east-1";
    options.endpoint.custom = net::parse_url("http://127.0.0.1:9");
    options.retry.base = std::chrono::milliseconds(1);
    auto credentials = aws::make_static_credentials(aws::Credentials());
    world.client = std::make_shared<aws::S3Client>(runtime, world.http, std::move(credentials), options);
    S3FsOptions fs;
    fs.client = world.client;
    fs.bucket = "b";
    fs.prefix = world.prefix;
    fs.part_size = 5_MiB;
    fs.journal = world.journal;
    fs.buffers = world.buffers;
    std::unique_ptr<FileSystem> files = make_s3_fs(runtime, std::move(fs));
    std::exception_ptr thrown;
    try {
      co_await body(world, *files, runtime.context());
    } catch (...) {
      thrown = std::current_exception();
    }
    co_await files->close(runtime.context());
    world.client.reset();
    if (thrown) std::rethrow_exception(thrown);
  }

  template <class Body>
  std::optional<Error> run(Body body) {
    auto start = [this, &body](Runtime& runtime) { return run_with(*this, runtime, body); };
    return test::error_of(start);
  }
};

std::string page(std::initializer_list<std::string_view> keys, std::string_view token = {}) {
  std::string text = "<ListBucketResult><EncodingType>url</EncodingType>";
  if (!token.empty()) {
    text.append("<IsTruncated>true</IsTruncated><NextContinuationToken>").append(token).append("</NextContinuationToken>");
  }
  for (const std::string_view key : keys) text.append("<Contents><Key>").append(key).append("</Key><Size>1</Size></Contents>");
  return text + "</ListBucketResult>";
}

constexpr auto walk_all = [](World&, FileSystem& files, OpContext context) -> Task<> {
  std::unique_ptr<FileStream> stream = files.walk(context, "", WalkOptions());
  while (co_await stream->next()) {
  }
};

FakeAnswer ok(std::string body = {}, std::string etag = "tag") {
  return {.status = 200, .body = std::move(body), .headers = {{"ETag", "\"" + etag + "\""}}};
}
FakeAnswer head_of(std::string etag) {
  return {.status = 200, .headers = {{"ETag", "\"" + etag + "\""}, {"Content-Length", "3"}}, .announce_length = false};
}
FakeAnswer failed_condition() { return {.status = 412, .body = "<Error><Code>PreconditionFailed</Code></Error>"}; }

Task<FileInfo> write_text(FileSystem& files, OpContext context, std::string text, WriteOptions options) {
  std::unique_ptr<ByteSink> sink = co_await files.create(std::move(context), "file", std::move(options));
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

TEST_CASE("a walk over S3 goes from page to page below its prefix, without markers of directories") {
  World world;
  world.prefix = "p";
  world.http->then(ok(page({"p/", "p/a", "p/d/"}, "t1"))).then(ok(page({"p/d/x", "p/z+1"})));
  auto body = [](World& in, FileSystem& files, OpContext context) -> Task<> {
    std::unique_ptr<FileStream> stream = files.walk(context, "", WalkOptions());
    std::vector<std::string> paths;
    for (;;) {
      auto batch = co_await stream->next();
      if (!batch) break;
      for (const FileInfo& file : batch->files) paths.push_back(file.path);
    }
    CHECK(paths == std::vector<std::string>{"a", "d/x", "z 1"});
    CHECK(in.http->seen()[0].target.find("prefix=p%2F") != std::string::npos);
    CHECK(in.http->seen()[1].target.find("continuation-token=t1") != std::string::npos);
  };
  CHECK_FALSE(world.run(body).has_value());
}

TEST_CASE("a listing of S3 out of order, or of other keys, is a protocol error") {
  for (const std::string& listing : {page({"b", "a"}), page({"a", "a"})}) {
    World world;
    world.http->then(ok(listing));
    const auto error = world.run(walk_all);
    REQUIRE(error.has_value());
    CHECK(error->code() == ErrorCode::protocol);
  }
  World across;
  across.http->then(ok(page({"a", "c"}, "t"))).then(ok(page({"b"})));
  CHECK(across.run(walk_all)->code() == ErrorCode::protocol);
  World outside;
  outside.prefix = "p/";
  outside.http->then(ok(page({"q"})));
  CHECK(outside.run(walk_all)->code() == ErrorCode::protocol);
}

TEST_CASE("a walk over S3 that loses a page fails, and one that is dropped ends its page ahead") {
  World world;
  world.http->then(ok(page({"a"}, "t"))).then({.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"});
  CHECK(world.run(walk_all)->code() == ErrorCode::permission_denied);
  World dropped;
  dropped.http->then(ok(page({"a"}, "t"))).then(ok(page({"b"})));
  auto first_only = [](World&, FileSystem& files, OpContext context) -> Task<> {
    std::unique_ptr<FileStream> stream = files.walk(context, "", WalkOptions());
    co_await stream->next();
  };
  CHECK_FALSE(dropped.run(first_only).has_value());
}

TEST_CASE("a walk over S3 narrows its listing by what the pattern begins with") {
  World world;
  world.http->then(ok(page({"logs/2025/a.csv", "logs/2025/b.txt"})));
  auto body = [](World& in, FileSystem& files, OpContext context) -> Task<> {
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

TEST_CASE("bytes of S3 that do not have their checksum are an integrity error, at the end") {
  World world;
  FakeAnswer answer = ok("1234");
  answer.headers.emplace_back("x-amz-checksum-crc64nvme", "rosUhgp5mIg=");  // of "123456789"
  world.http->then(std::move(answer));
  auto body = [](World&, FileSystem& files, OpContext context) -> Task<> {
    std::unique_ptr<ByteSource> source = co_await files.open(context, "file", ReadOptions());
    const Bytes bytes = co_await source->next();
    CHECK(as_text(bytes) == "1234");
    co_await source->next();
  };
  CHECK(world.run(body)->code() == ErrorCode::integrity);
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
    part.headers.emplace_back("Content-Range", "bytes " + range.substr(6) + "/" + std::to_string(bytes.size()));
    return part;
  }
};

constexpr auto read_large = [](World&, FileSystem& files, OpContext context) -> Task<> {
  ReadOptions options;
  options.known.emplace();
  options.known->size = 11_MiB;
  std::unique_ptr<ByteSource> source = co_await files.open(context, "file", options);
  std::size_t size = 0;
  for (;;) {
    const Bytes bytes = co_await source->next();
    if (bytes.empty()) break;
    if (size <= 6'000'000 && size + bytes.size() > 6'000'000) CHECK(as_text(bytes)[6'000'000 - size] == 'y');
    size += bytes.size();
  }
  CHECK(size == 11_MiB);
};

}  // namespace

TEST_CASE("a large S3 object is read by pinned ranges, in order, and verified as a whole") {
  World world;
  LargeObject object;
  *world.http = FakeHttp([&object](const SeenRequest& request) { return object.answer(request); });
  CHECK_FALSE(world.run(read_large).has_value());
  CHECK(object.gets == 3);
  object.checksum = "rosUhgp5mIg=";
  CHECK(world.run(read_large)->code() == ErrorCode::integrity);
}

TEST_CASE("a large S3 object is read even if no buffer is ever free") {
  World world;
  LargeObject object;
  *world.http = FakeHttp([&object](const SeenRequest& request) { return object.answer(request); });
  auto starved = [](World& in, FileSystem& files, OpContext context) -> Task<> {
    const Semaphore::Permit all = co_await in.buffers->acquire(5_MiB);
    co_await read_large(in, files, context);
  };
  auto with_buffers = [&world, &starved](Runtime& runtime) {
    world.buffers = std::make_shared<Semaphore>(runtime.executor(), 5_MiB);
    return World::run_with(world, runtime, starved);
  };
  CHECK_FALSE(test::error_of(with_buffers).has_value());
}

TEST_CASE("If-Match on S3 is tried once with a wrong tag, and then trusted") {
  World world;
  world.http->then(head_of("old")).then(failed_condition()).then(ok({}, "new"));  // HEAD, wrong tag, right tag
  world.http->then(ok({}, "newer"));                                             // no HEAD any more
  world.http->then(failed_condition());
  auto body = [](World& in, FileSystem& files, OpContext context) -> Task<> {
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
  World world;
  world.http->then(head_of("old")).then(ok({}, "new"));  // the wrong tag was ignored: written, guarded by the HEAD
  world.http->then(head_of("new")).then(ok({}, "newer"));
  world.http->then(head_of("strange"));
  auto body = [](World& in, FileSystem& files, OpContext context) -> Task<> {
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
  World world;
  *world.http = FakeHttp([&world](const SeenRequest& request) -> FakeAnswer {
    if (request.target.ends_with("?uploads")) {
      return ok("<InitiateMultipartUploadResult><UploadId>id+1</UploadId></InitiateMultipartUploadResult>");
    }
    CHECK(world.journal->recorded.size() == 1);
    if (request.method == "DELETE") return {.status = 204};
    return {.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"};
  });
  auto body = [](World&, FileSystem& files, OpContext context) -> Task<> {
    co_await write_text(files, context, std::string(6_MiB, 'x'), WriteOptions());
  };
  CHECK(world.run(body)->code() == ErrorCode::permission_denied);
  CHECK(world.http->seen().back().method == "DELETE");
  CHECK(world.http->seen().back().target == "/b/file?uploadId=id%2B1");
  REQUIRE(world.journal->recorded.size() == 1);
  CHECK(world.journal->recorded[0].kind == "multipart");
  CHECK(world.journal->forgotten == std::vector<std::string>{world.journal->recorded[0].subject});
}

TEST_CASE("what dead processes left at this S3 endpoint is swept, and nothing else") {
  World world;
  const std::string ours = multipart_subject({.object = {.bucket = "b", .key = "a b/\xC3\xA9?"}, .id = "u&1"}, "http://127.0.0.1:9");
  const std::string gone = multipart_subject({.object = {.bucket = "b", .key = "gone"}, .id = "u2"}, "http://127.0.0.1:9");
  const std::string denied = multipart_subject({.object = {.bucket = "b", .key = "denied"}, .id = "u3"}, "http://127.0.0.1:9");
  const std::string elsewhere = multipart_subject({.object = {.bucket = "b", .key = "k"}, .id = "u"}, "https://s3.example");
  world.journal->left = {{.kind = "file", .subject = "/tmp/x"},
                         {.kind = "multipart", .subject = ours},
                         {.kind = "multipart", .subject = gone},
                         {.kind = "multipart", .subject = denied},
                         {.kind = "multipart", .subject = elsewhere},
                         {.kind = "multipart", .subject = "garbage"}};
  world.http->then({.status = 204})
      .then({.status = 404, .body = "<Error><Code>NoSuchUpload</Code></Error>"})
      .then({.status = 403, .body = "<Error><Code>AccessDenied</Code></Error>"});
  auto body = [](World& in, FileSystem&, OpContext context) -> Task<> {
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
  World world;
  auto empty = [](World&, FileSystem& files, OpContext context) -> Task<> { co_await files.open(context, "", ReadOptions()); };
  CHECK(world.run(empty)->code() == ErrorCode::invalid_input);
  auto longest = [](World&, FileSystem& files, OpContext context) -> Task<> {
    co_await files.create(context, std::string(1'025, 'k'), WriteOptions());
  };
  CHECK(world.run(longest)->code() == ErrorCode::invalid_input);
  CHECK(world.http->seen().empty());
}

TEST_CASE("a failed S3 deletion is told of each path") {
  World world;
  world.prefix = "p";
  world.http->then({.status = 200, .body = "<DeleteResult><Error><Key>p/b</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>"});
  auto body = [](World&, FileSystem& files, OpContext context) -> Task<> {
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
