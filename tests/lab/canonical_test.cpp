// The examples that AWS publishes with "Signature Calculations for the Authorization Header" and
// "Authenticating Requests: Using Query Parameters" of the S3 API reference; all for examplebucket
// on 24 May 2013.
#include <doctest/doctest.h>

#include <string>

#include "auth/verifier.hpp"
#include "s3/error.hpp"
#include "sluice/codec/date.hpp"

using namespace sluice;
using namespace sluice::lab;

namespace {

constexpr std::string_view credential = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
constexpr std::string_view empty_hash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

AuthPolicy aws_policy() {
  AuthPolicy policy;
  policy.first.access_key = "AKIAIOSFODNN7EXAMPLE";
  policy.first.secret_key = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  return policy;
}

TimePoint at(std::string_view text) {
  return codec::parse_iso8601(text).value();
}

/// "" if the signature holds, else the S3 error code.
std::string verdict(const std::string& text, TimePoint now,
                    const AuthPolicy& policy = aws_policy()) {
  RequestHead head;
  REQUIRE(parse_request_head(text, head));
  SignatureVerifier verifier(policy);
  try {
    verifier.verify(head, Query(head.query), now);
    return {};
  } catch (const S3Error& error) {
    return error.code;
  }
}

std::string request(std::string_view line, std::string_view fields, std::string_view signed_headers,
                    std::string_view signature, std::string_view hash = empty_hash) {
  std::string text(line);
  text.append(
      " HTTP/1.1\r\nHost: examplebucket.s3.amazonaws.com\r\nx-amz-date: "
      "20130524T000000Z\r\nx-amz-content-sha256: ");
  text.append(hash)
      .append("\r\n")
      .append(fields)
      .append("Authorization: AWS4-HMAC-SHA256 Credential=")
      .append(credential);
  return text.append(",SignedHeaders=")
      .append(signed_headers)
      .append(",Signature=")
      .append(signature)
      .append("\r\n\r\n");
}

const TimePoint midnight = at("2013-05-24T00:00:00Z");
const std::string get_object =
    request("GET /test.txt", "Range: bytes=0-9\r\n", "host;range;x-amz-content-sha256;x-amz-date",
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");

}  // namespace

TEST_CASE("AWS's examples in header form verify") {
  CHECK(verdict(get_object, midnight) == "");
  CHECK(
      verdict(
          request(
              "PUT /test%24file.text",
              "Date: Fri, 24 May 2013 00:00:00 GMT\r\nx-amz-storage-class: REDUCED_REDUNDANCY\r\n",
              "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
              "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
              "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
          midnight) == "");
  CHECK(verdict(request("GET /?lifecycle", "", "host;x-amz-content-sha256;x-amz-date",
                        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
                midnight) == "");
  CHECK(verdict(request("GET /?max-keys=2&prefix=J", "", "host;x-amz-content-sha256;x-amz-date",
                        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
                midnight) == "");
}

TEST_CASE("AWS's presigned example verifies until it expires") {
  const std::string text =
      "GET "
      "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%"
      "2Fus-east-1%2Fs3%2Faws4_request"
      "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
      "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404 "
      "HTTP/1.1\r\n"
      "Host: examplebucket.s3.amazonaws.com\r\n\r\n";
  CHECK(verdict(text, midnight) == "");
  CHECK(verdict(text, at("2013-05-25T00:00:00Z")) == "");
  CHECK(verdict(text, at("2013-05-25T00:00:01Z")) == "AccessDenied");
  CHECK(verdict(text, at("2013-05-23T23:44:00Z")) == "AccessDenied");
}

TEST_CASE("any change to what was signed is noticed") {
  const auto changed = [](std::string_view from, std::string_view to) {
    auto text = get_object;
    text.replace(text.find(from), from.size(), to);
    return verdict(text, midnight);
  };
  CHECK(changed("GET", "PUT") == "SignatureDoesNotMatch");
  CHECK(changed("/test.txt", "/test%2Etxt") == "SignatureDoesNotMatch");
  CHECK(changed("/test.txt", "/test.txt?x") == "SignatureDoesNotMatch");
  CHECK(changed("bytes=0-9", "bytes=0-8") == "SignatureDoesNotMatch");
  CHECK(changed("Signature=f0e8", "Signature=f0e9") == "SignatureDoesNotMatch");
  CHECK(changed("Range:", "x-amz-meta-a: b\r\nRange:") == "AccessDenied");
  CHECK(changed("us-east-1", "eu-west-1") == "AuthorizationHeaderMalformed");
  CHECK(changed("/s3/", "/ec2/") == "AuthorizationHeaderMalformed");
  CHECK(changed("AKIA", "AKIB") == "InvalidAccessKeyId");
  CHECK(changed("AWS4-HMAC-SHA256 ", "AWS ") == "InvalidRequest");
  CHECK(changed("/20130524/", "/20130525/") == "AuthorizationHeaderMalformed");
}

TEST_CASE("the clock may be wrong by a quarter of an hour") {
  CHECK(verdict(get_object, midnight + std::chrono::minutes(15)) == "");
  CHECK(verdict(get_object, midnight - std::chrono::minutes(15)) == "");
  CHECK(verdict(get_object, midnight + std::chrono::minutes(15) + std::chrono::seconds(1)) ==
        "RequestTimeTooSkewed");
  CHECK(verdict(get_object, midnight - std::chrono::minutes(15) - std::chrono::seconds(1)) ==
        "RequestTimeTooSkewed");
}

TEST_CASE("a session token is demanded where one is set") {
  auto policy = aws_policy();
  policy.first.session_token = Secret("token");
  CHECK(verdict(get_object, midnight, policy) == "InvalidToken");
}
