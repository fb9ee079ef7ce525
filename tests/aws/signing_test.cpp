#include "sluice/aws/signing.hpp"

#include <doctest/doctest.h>

#include <cstdio>

#include "aws/signing_vectors.hpp"
#include "aws/source_root.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/core/error.hpp"

using namespace sluice;
using namespace sluice::aws;

namespace {

// AWS's published examples: "Examples of the complete SigV4 calculations", Amazon S3 API reference.
const Credentials example_keys{
    .access_key_id = "AKIAIOSFODNN7EXAMPLE",
    .secret_access_key = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    .session_token = Secret(),
    .expires = std::nullopt,
    .account_id = "",
    .source = "example"};
const SigningScope example_scope{"us-east-1", "s3", PathStyle::s3};
const TimePoint example_time = codec::parse_amz_date("20130524T000000Z").value();

net::HttpRequest example_request(std::string method, std::string target) {
  net::HttpRequest request;
  request.endpoint = {.tls = true, .host = "examplebucket.s3.amazonaws.com", .port = 443};
  request.method = std::move(method);
  request.target = std::move(target);
  return request;
}

std::string signature_of(net::HttpRequest request,
                         std::string_view payload_hash = empty_payload_hash) {
  Signer signer;
  signer.sign(request, example_keys, example_scope, example_time, payload_hash);
  const auto authorization = request.headers.find("Authorization").value();
  return std::string(authorization.substr(authorization.rfind('=') + 1));
}

std::string hash_of(std::string_view body) {
  return codec::to_hex(codec::sha256(as_bytes(body)));
}

std::string canonical_of(std::string target, SigningScope scope) {
  return signing_texts(example_request("GET", std::move(target)), example_keys, scope, example_time,
                       empty_payload_hash)
      .canonical_request;
}

std::string line_of(std::string_view text, int number) {
  for (; number > 0; --number)
    text.remove_prefix(text.find('\n') + 1);
  return std::string(text.substr(0, text.find('\n')));
}

}  // namespace

TEST_CASE("Signer: the published S3 example of a GET with a range") {
  auto request = example_request("GET", "/test.txt");
  request.headers.add("Range", "bytes=0-9");
  Signer signer;
  signer.sign(request, example_keys, example_scope, example_time, empty_payload_hash);
  CHECK(request.headers.find("x-amz-date") == "20130524T000000Z");
  CHECK(request.headers.find("x-amz-content-sha256") == empty_payload_hash);
  CHECK(request.headers.find("Authorization") ==
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_CASE("Signer: the published S3 example of a PUT") {
  auto request = example_request("PUT", "/test%24file.text");
  request.headers.add("Date", "Fri, 24 May 2013 00:00:00 GMT");
  request.headers.add("x-amz-storage-class", "REDUCED_REDUNDANCY");
  CHECK(signature_of(std::move(request), hash_of("Welcome to Amazon S3.")) ==
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST_CASE("Signer: the published S3 examples of a lifecycle and a list request") {
  CHECK(signature_of(example_request("GET", "/?lifecycle")) ==
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  CHECK(signature_of(example_request("GET", "/?max-keys=2&prefix=J")) ==
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("Signer: the published S3 example of a presigned URL") {
  Signer signer;
  const auto url = signer.presign(example_request("GET", "/test.txt"), example_keys, example_scope,
                                  example_time, std::chrono::seconds(86400));
  CHECK(url ==
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-"
        "Date=20130524T000000Z"
        "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST_CASE("Signer: the public SigV4 test suite, header and query forms") {
  const auto vectors = test::read_signing_vectors(std::filesystem::path(SLUICE_SOURCE_ROOT) /
                                                  "../shared/vectors/sigv4");
  std::printf("SigV4 test suite: %zu cases\n", vectors.size());
  for (const auto& vector : vectors) {
    CAPTURE(vector.name);
    const std::string payload_hash =
        vector.sign_body ? hash_of(vector.body) : std::string(empty_payload_hash);
    const auto query = presigning_texts(vector.request, vector.credentials, vector.scope,
                                        vector.time, vector.expires, payload_hash);
    CHECK(query.canonical_request == vector.query_texts.canonical_request);
    CHECK(query.string_to_sign == vector.query_texts.string_to_sign);
    CHECK(query.signature == vector.query_texts.signature);
    net::HttpRequest request = vector.request;
    if (vector.sign_body) request.headers.add("x-amz-content-sha256", payload_hash);
    const auto header =
        signing_texts(request, vector.credentials, vector.scope, vector.time, payload_hash);
    CHECK(header.canonical_request == vector.header_texts.canonical_request);
    CHECK(header.string_to_sign == vector.header_texts.string_to_sign);
    CHECK(header.signature == vector.header_texts.signature);
  }
}

TEST_CASE("Signer: S3 signs the path as sent, other services encode it again") {
  const SigningScope bedrock{"us-east-1", "bedrock", PathStyle::normalized};
  CHECK(line_of(canonical_of("/model/anthropic.claude-3-haiku-20240307-v1%3A0/invoke", bedrock),
                1) == "/model/anthropic.claude-3-haiku-20240307-v1%253A0/invoke");
  CHECK(line_of(canonical_of("/model/arn%3Aaws%3Abedrock%3A%3A1%3Ainference-profile%2Fus.x/invoke",
                             bedrock),
                1) ==
        "/model/arn%253Aaws%253Abedrock%253A%253A1%253Ainference-profile%252Fus.x/invoke");
  CHECK(line_of(canonical_of("/k//x/../y%20z/.", example_scope), 1) == "/k//x/../y%20z/.");
  CHECK(line_of(canonical_of("/k//x/../y/.", bedrock), 1) == "/k/y/");
  CHECK(line_of(canonical_of("", example_scope), 1) == "/");
  CHECK(line_of(canonical_of("/../../a", bedrock), 1) == "/a");
}

TEST_CASE("Signer: the canonical query is encoded once and sorted by encoded name, then value") {
  const struct {
    std::string query, canonical;
  } cases[] = {
      {"uploads", "uploads="},
      {"b=2&a=1&a=0", "a=0&a=1&b=2"},
      {"prefix=a/b c", "prefix=a%2Fb%20c"},
      {"prefix=a%2Fb%20c", "prefix=a%2Fb%20c"},
      {"k=a+b", "k=a%2Bb"},
      {"k=100%&l=%zz", "k=100%25&l=%25zz"},
      {"k=a=b", "k=a%3Db"},
      {"&&a=1&", "a=1"},
      {"", ""},
      {"a-b=1&a=2", "a=2&a-b=1"},
      {"k=%e3%81%82", "k=%E3%81%82"},
  };
  for (const auto& [query, canonical] : cases) {
    CAPTURE(query);
    CHECK(line_of(canonical_of("/?" + query, example_scope), 2) == canonical);
  }
}

TEST_CASE("Signer: headers that intermediaries change are not signed") {
  auto request = example_request("PUT", "/k");
  for (const char* name : {"Connection", "Expect", "User-Agent", "TE", "Transfer-Encoding",
                           "Proxy-Authorization", "Trailer", "Upgrade", "Keep-Alive",
                           "X-Amzn-Trace-Id", "Accept-Encoding", "Via", "Authorization"}) {
    request.headers.add(name, "x");
  }
  request.headers.add("If-Match", "\"e\"");
  Signer signer;
  signer.sign(request, example_keys, example_scope, example_time, unsigned_payload);
  const std::string authorization(request.headers.find("Authorization").value());
  CHECK(authorization.find("SignedHeaders=host;if-match;x-amz-content-sha256;x-amz-date,") !=
        std::string::npos);
}

TEST_CASE("Signer: the port is part of the signed host unless it is the scheme's own") {
  auto request = example_request("GET", "/");
  request.endpoint = {.tls = false, .host = "127.0.0.1", .port = 9000};
  const auto texts =
      signing_texts(request, example_keys, example_scope, example_time, empty_payload_hash);
  CHECK(line_of(texts.canonical_request, 3) == "host:127.0.0.1:9000");
}

TEST_CASE("Signer: signing again replaces the first signature") {
  auto once = example_request("GET", "/test.txt");
  once.headers.add("Range", "bytes=0-9");
  auto again = once;
  Signer signer;
  Credentials temporary = example_keys;
  temporary.session_token = Secret("token");
  signer.sign(again, temporary, example_scope, example_time - std::chrono::days(1),
              unsigned_payload);
  CHECK(again.headers.find("X-Amz-Security-Token") == "token");
  signer.sign(again, example_keys, example_scope, example_time, empty_payload_hash);
  signer.sign(once, example_keys, example_scope, example_time, empty_payload_hash);
  CHECK_FALSE(again.headers.find("X-Amz-Security-Token"));
  CHECK(again.headers.find("Authorization") == once.headers.find("Authorization"));
  CHECK(again.headers.size() == once.headers.size());
}

TEST_CASE("Signer: kept keys never serve other credentials, days, regions or services") {
  Signer kept;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 20; ++i) {
      Credentials credentials = example_keys;
      credentials.secret_access_key = Secret("secret" + std::to_string(i % 3));
      const SigningScope scope{i % 2 == 0 ? "us-east-1" : "eu-west-1", i % 5 == 0 ? "s3" : "glue",
                               PathStyle::s3};
      const TimePoint now = example_time + std::chrono::days(i / 4);
      auto request = example_request("GET", "/a");
      auto expected = request;
      Signer fresh;
      kept.sign(request, credentials, scope, now, empty_payload_hash);
      fresh.sign(expected, credentials, scope, now, empty_payload_hash);
      CHECK(request.headers.find("Authorization") == expected.headers.find("Authorization"));
    }
  }
}

TEST_CASE("Signer: anonymous requests stay unsigned and cannot be presigned") {
  auto request = example_request("GET", "/a");
  Signer signer;
  signer.sign(request, Credentials{}, example_scope, example_time, empty_payload_hash);
  CHECK(request.headers.size() == 0);
  CHECK_THROWS_AS(
      signer.presign(request, Credentials{}, example_scope, example_time, std::chrono::hours(1)),
      Error);
}

TEST_CASE("Signer: a presigned URL lives for whole seconds between one second and seven days") {
  using namespace std::chrono_literals;
  Signer signer;
  const auto presign = [&](Duration expires) {
    return signer.presign(example_request("GET", "/a?x=1"), example_keys, example_scope,
                          example_time, expires);
  };
  CHECK_THROWS_AS(presign(0s), Error);
  CHECK_THROWS_AS(presign(1500ms), Error);
  CHECK_THROWS_AS(presign(168h + 1s), Error);
  CHECK(presign(1s).find("/a?x=1&X-Amz-Algorithm=") != std::string::npos);
  CHECK(presign(168h).find("X-Amz-Expires=604800&") != std::string::npos);
}
