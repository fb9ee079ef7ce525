#pragma once

#include <memory>
#include <string>
#include <utility>

#include "sluice/aws/s3_client.hpp"
#include "sluice/fs/s3_fs.hpp"
#include "sluice/net/http1_client.hpp"
#include "support/run.hpp"

namespace sluice::test {

/// What a server is known to do differently from Amazon's (README.md beside this file says why).
/// Tests ask for the trait, and then expect the server's behaviour, so that a server that changes
/// is noticed.
struct ServerTraits {
  bool checks_signatures = true;
  bool verifies_checksums = true;
  bool keeps_checksums = true;  ///< Those that a PUT came with are told by HEAD.
  bool true_multipart_checksums =
      true;  ///< The checksum of a multipart object is that of its bytes.
  bool honours_if_match_on_put = true;
  bool honours_if_match_on_complete = true;
  bool honours_if_match_on_copy_source = true;
  bool keeps_storage_class = true;
  bool keeps_double_slash = true;  ///< "a//b" and "a/b" are two keys.
  bool keeps_control_characters = true;
  bool long_parts = true;           ///< 1,024 bytes in one part of the path.
  bool limits_keys = true;          ///< A key of 1,025 bytes is refused.
  bool replaces_long_names = true;  ///< An object whose last part has 255 bytes.
};

struct Server {
  std::string endpoint, region, access_key, secret_key, bucket, flavour;
  std::string ca_file;        ///< Of the authority of its certificate; empty: the system's.
  bool virtual_host = false;  ///< Buckets are hosts below the endpoint's.
  ServerTraits traits;
};

/// From SLUICE_S3_ENDPOINT, _REGION, _ACCESS_KEY, _SECRET_KEY, _BUCKET, _FLAVOUR (throws without
/// them), _CA_FILE and _ADDRESSING ("virtual"); run_s3_suite.py sets them.
const Server& server();

/// A client's world for one test. close() it.
struct Session {
  Session(Runtime& the_runtime, const Server& to, aws::S3ClientOptions options = {});

  Runtime& runtime;
  std::shared_ptr<net::HttpClient> http;
  std::shared_ptr<aws::S3Client> client;
  std::string bucket;
  std::string prefix;  ///< No other test's.

  OpContext context() const { return runtime.context(); }
  aws::S3Location at(std::string key) const { return {.bucket = bucket, .key = prefix + key}; }
  /// Below this session's prefix, with parts of 5 MiB.
  std::unique_ptr<FileSystem> files(std::string below = {}) const;
};

/// Once for the whole program.
Task<> make_bucket(Session& session);

/// Runs `body(Session&)`, a coroutine function, to its end.
template <class Body>
Task<> in_session(Runtime& runtime, Body body, aws::S3ClientOptions options) {
  Session session(runtime, server(), std::move(options));
  std::exception_ptr thrown;
  try {
    co_await make_bucket(session);
    co_await body(session);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await session.http->close();
  if (thrown) std::rethrow_exception(thrown);
}

template <class Body>
void with_session(Body body, aws::S3ClientOptions options = {}) {
  auto start = [&body, &options](Runtime& runtime) { return in_session(runtime, body, options); };
  run(start);
}

/// Without checksums if the server's are not to be believed.
aws::S3ClientOptions options_for_multipart(aws::ChecksumAlgorithm algorithm);

/// Deterministic bytes that repeat nowhere near.
std::string some_bytes(std::size_t size, std::uint32_t seed);

Task<std::string> read_all(ByteSource& source);
Task<std::string> read_object(Session& session, std::string key, aws::GetOptions options);
/// Throws what an awaited call throws as a value; an Error{internal} if it does not.
template <class T>
Task<Error> failure_of(Task<T> task) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    co_return error;
  }
  co_return Error(ErrorCode::internal, "test", "", "nothing was thrown");
}

}  // namespace sluice::test
