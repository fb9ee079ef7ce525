#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "sluice/core/error.hpp"
#include "sluice/fs/s3_fs.hpp"
#include "support/fake_http.hpp"
#include "support/run.hpp"

namespace sluice::test {

class MemoryJournal final : public TemporaryJournal {
 public:
  Task<void> record(Temporary temporary) override {
    recorded.push_back(std::move(temporary));
    co_return;
  }
  void forget(const Temporary& temporary) override { forgotten.push_back(temporary.subject); }
  Task<std::vector<Temporary>> orphans() override { co_return left; }
  void record_in_job(const Temporary&) override {
    FAIL_CHECK("a file system of objects has no temporary files");
  }
  void forget_in_job(const Temporary&) override {
    FAIL_CHECK("a file system of objects has no temporary files");
  }

  std::vector<Temporary> recorded, left;
  std::vector<std::string> forgotten;
};

/// An S3 file system over canned answers, in parts of 5 MiB.
struct S3World {
  std::shared_ptr<FakeHttp> http = std::make_shared<FakeHttp>();
  std::shared_ptr<MemoryJournal> journal = std::make_shared<MemoryJournal>();
  std::shared_ptr<aws::S3Client> client;
  std::string prefix;
  std::shared_ptr<Semaphore> buffers, read_buffers;
  std::string encryption, encryption_key_id;  ///< Of new objects.

  template <class Body>
  static Task<> run_with(S3World& world, Runtime& runtime, Body& body) {
    aws::S3ClientOptions options;
    options.endpoint.region = "us-east-1";
    options.endpoint.custom = net::parse_url("http://127.0.0.1:9");
    options.retry.base = std::chrono::milliseconds(1);
    auto credentials = aws::make_static_credentials(aws::Credentials());
    world.client =
        std::make_shared<aws::S3Client>(runtime, world.http, std::move(credentials), options);
    S3FsOptions fs;
    fs.client = world.client;
    fs.bucket = "b";
    fs.prefix = world.prefix;
    fs.part_size = 5_MiB;
    fs.journal = world.journal;
    fs.buffers = world.buffers;
    fs.read_buffers = world.read_buffers;
    fs.encryption = world.encryption;
    fs.encryption_key_id = world.encryption_key_id;
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

inline FakeAnswer ok(std::string body = {}, std::string etag = "tag") {
  return {.status = 200, .body = std::move(body), .headers = {{"ETag", "\"" + etag + "\""}}};
}

}  // namespace sluice::test
