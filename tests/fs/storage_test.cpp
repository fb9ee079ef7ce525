#include "sluice/fs/storage.hpp"

#include <doctest/doctest.h>

#include "sluice/async/deadline.hpp"
#include "sluice/core/error.hpp"
#include "support/run.hpp"
#include "support/scripted_server.hpp"

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

/// An S3 that takes uploads and never answers who wants one aborted.
Task<> never_abort(std::shared_ptr<Peer> peer) {
  for (;;) {
    const std::string head = co_await peer->read_head();
    if (head.empty()) co_return;
    co_await peer->read_bytes(length_of(head));
    if (head.starts_with("DELETE")) {
      co_await peer->read_bytes(1);  // until the client closes
      co_return;
    }
    const bool begins = head.starts_with("POST");
    const std::string answer = ok(begins ? "<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                                           "</InitiateMultipartUploadResult>"
                                         : "",
                                  "ETag: \"p\"\r\n");
    co_await peer->write(answer);
  }
}

/// A tree whose closing has to wait for the abort of an upload.
Task<> abandon_upload(Storage& storage, OpContext context) {
  const std::shared_ptr<FileSystem> files = co_await storage.open_tree(context, "s3://b/");
  std::unique_ptr<ByteSink> sink = co_await files->create(context, "file", WriteOptions());
  const std::string large(7 << 20, 'x');
  co_await sink->write(as_bytes(large));
  co_await sleep_for(100ms);  // the part is sent
  co_await sink->abort();
}

Task<> close_after_a_timeout(Runtime& runtime) {
  ScriptedServer server(runtime, never_abort);
  StorageOptions options;
  options.endpoint_url = "http://127.0.0.1:" + std::to_string(server.endpoint().port);
  options.addressing = aws::AddressingStyle::path;
  options.anonymous = true;
  options.part_size = 5_MiB;
  Storage storage(runtime, options);
  for (int i = 0; i < 2; ++i)
    co_await abandon_upload(storage, runtime.context());
  const std::shared_ptr<FileSystem> files =
      co_await storage.open_tree(runtime.context(), "s3://b/");
  co_await files->find(runtime.context(), "file", {});  // leaves a connection that is kept
  const OpContext limited =
      runtime.context().shortened_to(runtime.clock().steady() + std::chrono::milliseconds(100));
  std::optional<Error> error;
  try {
    co_await storage.close(limited);
  } catch (const Error& thrown) {
    error = thrown;
  }
  REQUIRE(error.has_value());
  CHECK(error->code() == ErrorCode::timeout);
  co_await sleep_for(50ms);
  CHECK(server.open_now() == 0);
  co_await server.stop();
}

}  // namespace

TEST_CASE("a storage of which one part cannot be closed in time closes all the others") {
  run([](Runtime& runtime) { return close_after_a_timeout(runtime); });
}
