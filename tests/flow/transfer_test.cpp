#include "sluice/flow/transfer.hpp"

#include <doctest/doctest.h>

#include "sluice/fs/s3_fs.hpp"
#include "support/fake_http.hpp"
#include "support/run.hpp"

using namespace sluice;

namespace {

/// Any object is locked, any upload succeeds.
test::FakeAnswer answer_locked(const test::SeenRequest& request) {
  if (request.target.ends_with("?tagging")) return {.body = "<Tagging><TagSet/></Tagging>"};
  return {.body = request.method == "GET" ? "bytes" : "",
          .headers = {{"ETag", "\"tag\""},
                      {"Cache-Control", "no-store"},
                      {"x-amz-object-lock-mode", "COMPLIANCE"},
                      {"x-amz-object-lock-retain-until-date", "2150-01-01T00:00:00Z"},
                      {"x-amz-object-lock-legal-hold", "ON"}}};
}

/// A client of its own for each: only streams go from one to another.
std::unique_ptr<FileSystem> store(Runtime& runtime, std::shared_ptr<test::FakeHttp> http) {
  aws::S3ClientOptions options;
  options.endpoint.region = "us-east-1";
  options.endpoint.custom = net::parse_url("http://127.0.0.1:9");
  auto credentials = aws::make_static_credentials(aws::Credentials());
  S3FsOptions files;
  files.client = std::make_shared<aws::S3Client>(runtime, std::move(http), std::move(credentials),
                                                 std::move(options));
  files.bucket = "b";
  return make_s3_fs(runtime, std::move(files));
}

Task<> copy_file(Runtime& runtime, std::shared_ptr<test::FakeHttp> http) {
  const auto from = store(runtime, http);
  const auto to = store(runtime, http);
  Transfer what;
  what.source = from.get();
  what.file.path = "file";
  what.file.size = 5;
  what.file.etag = "tag";
  what.destination = to.get();
  what.path = "copy";
  co_await transfer(runtime.context(), std::move(what));
  co_await from->close(runtime.context());
  co_await to->close(runtime.context());
}

}  // namespace

TEST_CASE("a copy between stores is locked as its new place says, not as its source was") {
  const auto http = std::make_shared<test::FakeHttp>(answer_locked);
  test::run([&http](Runtime& runtime) { return copy_file(runtime, http); });
  const test::SeenRequest& put = http->seen().back();
  REQUIRE(put.method == "PUT");
  CHECK(put.header("cache-control") == "no-store");
  CHECK(put.header("x-amz-object-lock-mode").empty());
  CHECK(put.header("x-amz-object-lock-retain-until-date").empty());
  CHECK(put.header("x-amz-object-lock-legal-hold").empty());
}
