#include "sluice/aws/s3_client.hpp"

#include <doctest/doctest.h>

#include "aws/manual_credentials.hpp"
#include "sluice/aws/signing.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/core/error.hpp"
#include "support/fake_http.hpp"
#include "support/run.hpp"

namespace sluice::aws {
namespace {

using test::FakeAnswer;
using test::FakeHttp;
using test::SeenRequest;

class FixedClock final : public Clock {
 public:
  TimePoint now() const override { return time; }
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
  TimePoint time = TimePoint(std::chrono::seconds(1369353600));  // 2013-05-24T00:00:00Z
};

FakeAnswer refusal(int status, std::string code, std::string more = {}) {
  return {.status = status,
          .body = "<Error><Code>" + code + "</Code><Message>m</Message>" + more + "</Error>"};
}

struct Setup {
  std::shared_ptr<FakeHttp> http = std::make_shared<FakeHttp>();
  std::shared_ptr<test::CountedCredentials> credentials =
      std::make_shared<test::CountedCredentials>();
  std::shared_ptr<FixedClock> clock = std::make_shared<FixedClock>();
  S3ClientOptions options;

  Setup() {
    options.endpoint.region = "us-east-1";
    options.retry.base = std::chrono::milliseconds(1);
  }

  /// Runs `body(client, context)`, a coroutine function without captures beyond references of this
  /// frame.
  template <class Body>
  std::optional<Error> run(Body body) {
    RuntimeOptions world;
    world.clock = clock;
    auto with_client = [this, &body](Runtime& runtime) -> Task<> {
      return run_with(*this, runtime, body);
    };
    try {
      test::run(with_client, std::move(world));
    } catch (const Error& error) {
      return error;
    }
    return std::nullopt;
  }

  template <class Body>
  static Task<> run_with(Setup& setup, Runtime& runtime, Body& body) {
    S3Client client(runtime, setup.http, setup.credentials, setup.options);
    co_await body(client, runtime.context());
  }
};

constexpr auto get_text = [](S3Client& client, OpContext context) -> Task<> {
  S3ObjectReader reader = co_await client.get(context, {.bucket = "bucket", .key = "key"}, {});
  std::array<std::byte, 4> buffer{};
  std::string text;
  while (const std::size_t size = co_await reader.read(buffer))
    text += as_text(Bytes(buffer).first(size));
  CHECK(text == "0123456789");
};

constexpr auto put_text = [](S3Client& client, OpContext context) -> Task<> {
  const PutResult result = co_await client.put(context, {.bucket = "bucket", .key = "key"},
                                               as_bytes("hello"), nullptr, {});
  CHECK(result.etag == "tag");
};

FakeAnswer object_answer(std::string body = "0123456789") {
  return {.status = 200, .body = std::move(body), .headers = {{"ETag", "\"tag\""}}};
}

}  // namespace

TEST_CASE("an S3 object is read with one request and put with one") {
  Setup setup;
  setup.http->then(object_answer());
  CHECK_FALSE(setup.run(get_text).has_value());
  setup.http->then({.status = 200, .headers = {{"ETag", "\"tag\""}}});
  CHECK_FALSE(setup.run(put_text).has_value());
  REQUIRE(setup.http->seen().size() == 2);
  const SeenRequest& put = setup.http->seen()[1];
  CHECK(put.method == "PUT");
  CHECK(put.target == "/key");
  CHECK(put.endpoint.host == "bucket.s3.us-east-1.amazonaws.com");
  CHECK(put.body == "hello");
  CHECK(put.header("x-amz-content-sha256") == unsigned_payload);  // over TLS
  CHECK(put.header("x-amz-checksum-crc64nvme") == "M3eFcAZSQlc=");
  CHECK_FALSE(put.expect_continue);
  CHECK(setup.http->seen()[0].header("x-amz-checksum-mode") == "ENABLED");
}

TEST_CASE("over plain HTTP the S3 payload is signed; checksums are left out when not required") {
  Setup setup;
  setup.options.endpoint.custom = net::parse_url("http://127.0.0.1:9000");
  setup.options.checksum_mode = ChecksumMode::when_required;
  setup.options.requester_pays = true;
  setup.http->then({.status = 200, .headers = {{"ETag", "\"tag\""}}});
  CHECK_FALSE(setup.run(put_text).has_value());
  const SeenRequest& put = setup.http->seen()[0];
  CHECK(put.target == "/bucket/key");
  CHECK(put.header("x-amz-content-sha256") == codec::to_hex(codec::sha256(as_bytes("hello"))));
  CHECK(put.header("x-amz-checksum-crc64nvme").empty());
  CHECK(put.header("x-amz-request-payer") == "requester");
}

TEST_CASE("a large S3 body waits for the server's word") {
  Setup setup;
  setup.http->then({.status = 200, .headers = {{"ETag", "\"tag\""}}});
  auto put_large = [](S3Client& client, OpContext context) -> Task<> {
    const std::string large(3_MiB, 'x');
    co_await client.put(context, {.bucket = "bucket", .key = "key"}, as_bytes(large), nullptr, {});
  };
  CHECK_FALSE(setup.run(put_large).has_value());
  CHECK(setup.http->seen()[0].expect_continue);
}

TEST_CASE("S3 throttling and failures that pass are retried, each time signed anew") {
  Setup setup;
  setup.http->then(refusal(503, "SlowDown"))
      .then(refusal(500, "InternalError"))
      .then({.status = 200, .headers = {{"ETag", "\"tag\""}}});
  CHECK_FALSE(setup.run(put_text).has_value());
  CHECK(setup.http->seen().size() == 3);
  for (const SeenRequest& request : setup.http->seen())
    CHECK(request.body == "hello");
}

TEST_CASE("a refusal of S3 that stays is told at once, with its words") {
  Setup setup;
  setup.http->then(refusal(403, "AccessDenied", "<RequestId>r1</RequestId>"));
  const auto error = setup.run(put_text);
  REQUIRE(error.has_value());
  CHECK(error->code() == ErrorCode::permission_denied);
  CHECK(error->server_code() == "AccessDenied");
  CHECK(error->subject() == "s3://bucket/key");
  CHECK(error->operation() == "PutObject");
  CHECK(setup.http->seen().size() == 1);
}

TEST_CASE("expired S3 credentials are refreshed once") {
  Setup setup;
  setup.http->then(refusal(400, "ExpiredToken")).then(object_answer());
  CHECK_FALSE(setup.run(get_text).has_value());
  CHECK(setup.credentials->fetched == 2);
  CHECK(setup.http->seen()[1].header("x-amz-security-token") == "token2");

  Setup stale;
  stale.http->then(refusal(400, "ExpiredToken")).then(refusal(400, "ExpiredToken"));
  const auto error = stale.run(get_text);
  REQUIRE(error.has_value());
  CHECK(error->code() == ErrorCode::unauthenticated);
  CHECK(stale.http->seen().size() == 2);
}

TEST_CASE("a bucket in another region is asked there, and remembered") {
  Setup setup;
  setup.http->then({.status = 301,
                    .body = "<Error><Code>PermanentRedirect</Code><Endpoint>x</Endpoint></Error>",
                    .headers = {{"x-amz-bucket-region", "eu-west-1"}}});
  setup.http->then(object_answer()).then(object_answer());
  auto twice = [](S3Client& client, OpContext context) -> Task<> {
    co_await get_text(client, context);
    co_await get_text(client, context);
  };
  CHECK_FALSE(setup.run(twice).has_value());
  REQUIRE(setup.http->seen().size() == 3);
  for (std::size_t i : {1U, 2U}) {
    CHECK(setup.http->seen()[i].endpoint.host == "bucket.s3.eu-west-1.amazonaws.com");
    CHECK(setup.http->seen()[i].header("authorization").find("/eu-west-1/s3/") !=
          std::string::npos);
  }
}

TEST_CASE("a redirect of S3 that does not tell the region is looked up by HeadBucket, once") {
  Setup setup;
  setup.http->then(refusal(301, "PermanentRedirect"));
  setup.http->then({.status = 403, .headers = {{"x-amz-bucket-region", "ap-northeast-1"}}});
  setup.http->then(object_answer());
  CHECK_FALSE(setup.run(get_text).has_value());
  CHECK(setup.http->seen()[1].method == "HEAD");
  CHECK(setup.http->seen()[2].endpoint.host == "bucket.s3.ap-northeast-1.amazonaws.com");

  Setup lost;
  lost.http->then(refusal(301, "PermanentRedirect")).then({.status = 403});
  const auto error = lost.run(get_text);
  REQUIRE(error.has_value());
  CHECK(error->code() == ErrorCode::config);
}

TEST_CASE("a clock that is wrong is corrected by the server's") {
  Setup setup;
  FakeAnswer skewed = refusal(403, "RequestTimeTooSkewed");
  skewed.headers = {{"Date", "Fri, 24 May 2013 01:00:00 GMT"}};
  setup.http->then(std::move(skewed)).then(object_answer());
  CHECK_FALSE(setup.run(get_text).has_value());
  CHECK(setup.http->seen()[0].header("x-amz-date") == "20130524T000000Z");
  CHECK(setup.http->seen()[1].header("x-amz-date") == "20130524T010000Z");
}

TEST_CASE("a broken S3 download goes on where it broke, pinned to its version") {
  Setup setup;
  FakeAnswer broken = object_answer("0123456789");
  broken.body = "0123";
  broken.announce_length = false;
  broken.headers.emplace_back("Content-Length", "10");
  broken.body_failure = Error(ErrorCode::network, "read", "x", "connection reset");
  setup.http->then(std::move(broken));
  setup.http->then({.status = 206,
                    .body = "456789",
                    .headers = {{"ETag", "\"tag\""}, {"Content-Range", "bytes 4-9/10"}}});
  CHECK_FALSE(setup.run(get_text).has_value());
  REQUIRE(setup.http->seen().size() == 2);
  CHECK(setup.http->seen()[1].header("range") == "bytes=4-9");
  CHECK(setup.http->seen()[1].header("if-match") == "\"tag\"");
}

TEST_CASE("a server that breaks off after every few bytes is given up after as many attempts") {
  Setup setup;
  for (std::size_t at = 0; at < 5; ++at) {
    const std::string range = "bytes " + std::to_string(at) + "-9/10";
    setup.http->then({.status = at == 0 ? 200 : 206,
                      .body = "x",
                      .headers = {{"ETag", "\"tag\""},
                                  {"Content-Length", std::to_string(10 - at)},
                                  {at == 0 ? "x-none" : "Content-Range", range}},
                      .body_failure = Error(ErrorCode::network, "read", "x", "connection reset"),
                      .announce_length = false});
  }
  CHECK(setup.run(get_text)->code() == ErrorCode::network);
  CHECK(setup.http->seen().size() == 3);
}

TEST_CASE("a download of an S3 object that changed after a break is a conflict") {
  Setup setup;
  FakeAnswer broken = object_answer("0123");
  broken.announce_length = false;
  broken.headers.emplace_back("Content-Length", "10");
  broken.body_failure = Error(ErrorCode::network, "read", "x", "connection reset");
  setup.http->then(std::move(broken)).then(refusal(412, "PreconditionFailed"));
  const auto error = setup.run(get_text);
  REQUIRE(error.has_value());
  CHECK(error->code() == ErrorCode::conflict);
}

TEST_CASE("an S3 range that is not the one asked for is refused") {
  Setup setup;
  setup.http->then(object_answer());
  auto get_range = [](S3Client& client, OpContext context) -> Task<> {
    const GetOptions options{.range = ByteRange{.first = 0, .last = 3}};
    co_await client.get(context, {.bucket = "bucket", .key = "key"}, options);
  };
  const auto error = setup.run(get_range);
  REQUIRE(error.has_value());
  CHECK(error->code() == ErrorCode::protocol);
}

TEST_CASE("a missing S3 object is nothing to head, and an error to get") {
  Setup setup;
  setup.http->then({.status = 404}).then(refusal(404, "NoSuchKey"));
  auto head = [](S3Client& client, OpContext context) -> Task<> {
    const auto found = co_await client.head(context, {.bucket = "bucket", .key = "key"}, {});
    CHECK_FALSE(found.has_value());
  };
  CHECK_FALSE(setup.run(head).has_value());
  CHECK(setup.run(get_text)->code() == ErrorCode::not_found);
}

namespace {

constexpr auto complete = [](S3Client& client, OpContext context) -> Task<> {
  S3Upload upload{.object = {.bucket = "bucket", .key = "key"}, .id = "u"};
  std::vector<CompletedPart> parts = {{.number = 1, .etag = "d41d8cd98f00b204e9800998ecf8427e"},
                                      {.number = 2, .etag = "d41d8cd98f00b204e9800998ecf8427e"}};
  CompleteOptions options{
      .algorithm = {ChecksumAlgorithm::crc64nvme}, .size = 10, .checksum = "whole="};
  const PutResult result = co_await client.complete_upload(context, std::move(upload),
                                                           std::move(parts), std::move(options));
  CHECK(result.etag == "5873dd45edd01f09c1ef2e7819369e8e-2");
};
const std::string completed =
    "<CompleteMultipartUploadResult><ETag>\"5873dd45edd01f09c1ef2e7819369e8e-2\"</ETag></"
    "CompleteMultipartUploadResult>";

}  // namespace

TEST_CASE("a 200 of S3 that carries an error is retried") {
  Setup setup;
  setup.http->then({.status = 200, .body = "   <Error><Code>InternalError</Code></Error>"})
      .then({.status = 200, .body = "<CompleteMultipartUploadRes"})
      .then({.status = 200, .body = "  \n" + completed});
  CHECK_FALSE(setup.run(complete).has_value());
  CHECK(setup.http->seen().size() == 3);
}

TEST_CASE("an S3 upload that was completed unheard is recognised") {
  Setup setup;
  setup.http->then({.failure = Error(ErrorCode::network, "send", "x", "reset")})
      .then(refusal(404, "NoSuchUpload"));
  setup.http->then(
      {.status = 200,
       .headers = {{"Content-Length", "10"}, {"ETag", "\"5873dd45edd01f09c1ef2e7819369e8e-2\""}},
       .announce_length = false});
  CHECK_FALSE(setup.run(complete).has_value());

  Setup another;  // what is there is not ours
  another.http->then({.failure = Error(ErrorCode::network, "send", "x", "reset")})
      .then(refusal(404, "NoSuchUpload"));
  another.http->then({.status = 200,
                      .headers = {{"Content-Length", "10"}, {"ETag", "\"old\""}},
                      .announce_length = false});
  CHECK(another.run(complete)->server_code() == "NoSuchUpload");

  Setup first;  // not after a retry: the upload was never there
  first.http->then(refusal(404, "NoSuchUpload"));
  CHECK(first.run(complete)->code() == ErrorCode::not_found);
  CHECK(first.http->seen().size() == 1);
}

TEST_CASE("keys that XML cannot carry are deleted one by one") {
  Setup setup;
  setup.http
      ->then(
          {.status = 200,
           .body =
               "<DeleteResult><Error><Key>b</Key><Code>AccessDenied</Code></Error></DeleteResult>"})
      .then({.status = 204})
      .then(refusal(403, "AccessDenied"));
  auto remove = [](S3Client& client, OpContext context) -> Task<> {
    std::vector<std::string> keys = {"a", "x\x01", "b", "y\x02"};
    const auto failures = co_await client.remove_all(context, "bucket", std::move(keys));
    REQUIRE(failures.size() == 2);
    CHECK(failures[0].key == "b");
    CHECK(failures[1].key == "y\x02");
  };
  CHECK_FALSE(setup.run(remove).has_value());
  REQUIRE(setup.http->seen().size() == 3);
  CHECK_FALSE(setup.http->seen()[0].header("x-amz-checksum-crc64nvme").empty());
  CHECK(setup.http->seen()[1].target == "/x%01");
}

TEST_CASE("a presigned S3 URL carries its signature and no secret") {
  Setup setup;
  auto presign = [](S3Client& client, OpContext context) -> Task<> {
    const std::string url = co_await client.presign_get(context, {.bucket = "bucket", .key = "a b"},
                                                        std::chrono::hours(1));
    CHECK(url.starts_with("https://bucket.s3.us-east-1.amazonaws.com/a%20b?"));
    CHECK(url.find("X-Amz-Expires=3600") != std::string::npos);
    CHECK(url.find("X-Amz-Signature=") != std::string::npos);
    CHECK(url.find("secret") == std::string::npos);
  };
  CHECK_FALSE(setup.run(presign).has_value());
  CHECK(setup.http->seen().empty());
}

}  // namespace sluice::aws
