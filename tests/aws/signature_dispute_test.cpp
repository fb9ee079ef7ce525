#include "aws/signature_dispute.hpp"

#include <doctest/doctest.h>

#include "sluice/aws/s3_client.hpp"
#include "sluice/core/error.hpp"
#include "support/fake_http.hpp"
#include "support/run.hpp"

namespace sluice::aws {
namespace {

const std::string token = "the+session/token==";
const std::string token_encoded = "the%2Bsession%2Ftoken%3D%3D";
const std::string secret_key = "the-secret-key";

class Lines final : public LineWriter {
 public:
  void write_line(std::string_view line) override { text.append(line); }
  std::string text;
};

test::FakeAnswer dispute() {
  return {.status = 403,
          .body =
              "<Error><Code>SignatureDoesNotMatch</Code><Message>m</Message>"
              "<StringToSign>AWS4-HMAC-SHA256\n20130524T000001Z\ntheirs</StringToSign>"
              "<CanonicalRequest>GET\n/other\nX-Amz-Security-Token=" +
              token_encoded + "\nx-amz-security-token:" + token + "\n</CanonicalRequest></Error>"};
}

Task<> list_bucket(S3Client& client, OpContext context, bool* refused) {
  ListPage page;
  try {
    co_await client.list(context, "bucket", {}, page);
  } catch (const Error& error) {
    *refused = error.code() == ErrorCode::unauthenticated;
  }
}

/// What is logged at `level` when a server disputes a signature.
std::string log_of_dispute(LogLevel level) {
  auto lines = std::make_shared<Lines>();
  auto clock = std::make_shared<SystemClock>();
  auto http = std::make_shared<test::FakeHttp>();
  http->then(dispute());
  auto credentials = make_static_credentials({.access_key_id = "AKID",
                                              .secret_access_key = Secret(secret_key),
                                              .session_token = Secret(token),
                                              .expires = {},
                                              .account_id = {},
                                              .source = "test"});
  S3ClientOptions options;
  options.endpoint.region = "us-east-1";
  RuntimeOptions world;
  world.clock = clock;
  world.log = Logger(make_line_sink(lines, LogFormat::json), clock, level);
  bool refused = false;
  test::run(
      [&](Runtime& runtime) {
        return [](Runtime& loop, std::shared_ptr<test::FakeHttp> peer,
                  std::shared_ptr<CredentialsProvider> provider, S3ClientOptions chosen,
                  bool* told) -> Task<> {
          S3Client client(loop, std::move(peer), std::move(provider), std::move(chosen));
          co_await list_bucket(client, loop.context(), told);
        }(runtime, http, credentials, options, &refused);
      },
      std::move(world));
  CHECK(refused);
  CHECK(http->seen().size() == 1);
  return lines->text;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("signature dispute: both sides' texts are logged at debug level, without secrets") {
  const std::string log = log_of_dispute(LogLevel::debug);
  CHECK(contains(log, R"("our_string_to_sign":"AWS4-HMAC-SHA256\n)"));
  CHECK(contains(log, "/us-east-1/s3/aws4_request"));
  CHECK(contains(log, R"("our_canonical_request":"GET\n/\nencoding-type=url)"));
  CHECK(contains(log, R"(x-amz-security-token:***\n)"));
  CHECK(contains(log, R"("server_string_to_sign":"AWS4-HMAC-SHA256\n20130524T000001Z\ntheirs")"));
  CHECK(
      contains(log, R"("server_canonical_request":"GET\n/other\nX-Amz-Security-Token=***\nx-amz)"));
  for (const std::string& secret : {token, token_encoded, secret_key})
    CHECK_FALSE(contains(log, secret));
}

TEST_CASE("signature dispute: nothing of it above debug level") {
  CHECK(log_of_dispute(LogLevel::info).empty());
}

TEST_CASE("signature dispute: masking finds each occurrence, and no empty one") {
  CHECK(masked("a+b and a%2Bb, a+ba+b", "a+b") == "*** and ***, ******");
  CHECK(masked("text", "") == "text");
  CHECK(masked("", "x").empty());
}

}  // namespace sluice::aws
