#include "s3/payload.hpp"

#include <doctest/doctest.h>

#include <string>

#include "s3/error.hpp"
#include "sluice/codec/hex.hpp"

using namespace sluice;
using namespace sluice::lab;

namespace {

/// AWS's example "Transferring Payload in Multiple Chunks": 66,560 bytes of 'a', signed in chunks
/// of 64 KiB.
VerifiedRequest aws_chunked_example() {
  VerifiedRequest request;
  request.payload = PayloadKind::streaming_signed;
  request.check_chunks = true;
  request.signature = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
  request.timestamp = "20130524T000000Z";
  request.scope = "20130524/us-east-1/s3/aws4_request";
  auto key = codec::hmac_sha256(as_bytes("AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                                as_bytes("20130524"));
  key = codec::hmac_sha256(key, as_bytes("us-east-1"));
  key = codec::hmac_sha256(key, as_bytes("s3"));
  request.signing_key = codec::hmac_sha256(key, as_bytes("aws4_request"));
  return request;
}

std::string aws_chunked_body() {
  return "10000;chunk-signature="
         "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
         std::string(65536, 'a') +
         "\r\n400;chunk-signature="
         "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
         std::string(1024, 'a') +
         "\r\n0;chunk-signature="
         "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
}

/// The code of the refusal, or "" and the bytes in `stored`.
std::string read_body(const std::string& fields, const VerifiedRequest& request,
                      std::string_view body, std::size_t step, std::string& stored) {
  const auto storage = make_memory_storage();
  const auto text = "PUT /b/k HTTP/1.1\r\n" + fields + "\r\n";
  RequestHead head;
  REQUIRE(parse_request_head(text, head));
  try {
    PayloadReader reader(head, request, *storage, {.max_bytes = 1_MiB, .want_md5 = true});
    for (; !body.empty(); body.remove_prefix(std::min(step, body.size())))
      reader.write(as_bytes(body.substr(0, step)));
    const auto read = reader.finish();
    stored = read_all(Content::of(read.blob));
    CHECK(read.md5 == std::string(as_text(codec::md5(as_bytes(stored)))));
    return {};
  } catch (const S3Error& error) {
    return error.code;
  }
}

}  // namespace

TEST_CASE("AWS's example of signed chunks verifies, however it arrives") {
  const std::string fields = "x-amz-decoded-content-length: 66560\r\n";
  for (const std::size_t step : {1UL, 7UL, 4096UL, 1'000'000UL}) {
    std::string stored;
    CHECK(read_body(fields, aws_chunked_example(), aws_chunked_body(), step, stored) == "");
    CHECK(stored == std::string(66560, 'a'));
  }
}

TEST_CASE("a changed byte, signature or length in signed chunks is refused") {
  std::string stored;
  const std::string fields = "x-amz-decoded-content-length: 66560\r\n";
  auto body = aws_chunked_body();
  body[1000] = 'b';
  CHECK(read_body(fields, aws_chunked_example(), body, 4096, stored) == "SignatureDoesNotMatch");
  body = aws_chunked_body();
  body[body.size() - 10] ^= 1;
  CHECK(read_body(fields, aws_chunked_example(), body, 4096, stored) == "SignatureDoesNotMatch");
  body = aws_chunked_body();
  CHECK(read_body("x-amz-decoded-content-length: 66561\r\n", aws_chunked_example(), body, 4096,
                  stored) == "IncompleteBody");
  CHECK(read_body("", aws_chunked_example(), body, 4096, stored) == "MissingContentLength");
  body.resize(body.size() - 2);
  CHECK(read_body(fields, aws_chunked_example(), body, 4096, stored) == "IncompleteBody");
}

TEST_CASE("each announced digest is verified") {
  VerifiedRequest request;
  std::string stored;
  const std::string right = "content-md5: JfnnlDI7RTiF9RgfG2JNCw==\r\n";  // of "123456789"
  CHECK(read_body(right, request, "123456789", 4, stored) == "");
  CHECK(read_body(right, request, "123456780", 4, stored) == "BadDigest");
  CHECK(read_body("content-md5: JfnnlDI7\r\n", request, "x", 4, stored) == "InvalidDigest");
  CHECK(read_body("x-amz-checksum-crc64nvme: rosUhgp5mIg=\r\n", request, "123456789", 4, stored) ==
        "");
  CHECK(read_body("x-amz-checksum-crc32c: 4waSgw==\r\n", request, "123456780", 4, stored) ==
        "BadDigest");
  CHECK(read_body("x-amz-checksum-crc32c: 4waSg\r\n", request, "123456789", 4, stored) ==
        "InvalidRequest");
  request.payload = PayloadKind::hashed;
  request.payload_sha256 = codec::to_hex(codec::sha256(as_bytes("abc")));
  CHECK(read_body("", request, "abc", 1, stored) == "");
  CHECK(read_body("", request, "abd", 1, stored) == "XAmzContentSHA256Mismatch");
}

TEST_CASE("a body over the limit is refused before and while it arrives") {
  const VerifiedRequest request;
  std::string stored;
  CHECK(read_body("content-length: 1048577\r\n", request, "x", 1, stored) == "EntityTooLarge");
  CHECK(read_body("", request, std::string(1_MiB + 1, 'x'), 65536, stored) == "EntityTooLarge");
}
