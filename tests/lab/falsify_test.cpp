#include "s3/falsify.hpp"

#include <doctest/doctest.h>

#include "s3/list_token.hpp"

using namespace sluice::lab;

TEST_CASE("false ETags keep their form") {
  Response response;
  response.field("ETag", "\"0bc-2\"").field("Content-Type", "x");
  response.body = "<A><ETag>&quot;abc&quot;</ETag><ETag>&quot;0bc&quot;</ETag></A>";
  falsify_etags(response);
  CHECK(response.fields == "ETag: \"1bc-2\"\r\nContent-Type: x\r\n");
  CHECK(response.body == "<A><ETag>&quot;0bc&quot;</ETag><ETag>&quot;1bc&quot;</ETag></A>");
}

TEST_CASE("false checksums keep their kind") {
  Response response;
  response.field("x-amz-checksum-crc32", "y/Q5Jg==").field("x-amz-checksum-type", "FULL_OBJECT");
  response.body = "<R><ChecksumCRC64NVME>rosUhgp5mIg=</ChecksumCRC64NVME></R>";
  falsify_checksums(response);
  CHECK(response.fields ==
        "x-amz-checksum-crc32: 0/Q5Jg==\r\nx-amz-checksum-type: FULL_OBJECT\r\n");
  CHECK(response.body == "<R><ChecksumCRC64NVME>0osUhgp5mIg=</ChecksumCRC64NVME></R>");
}

TEST_CASE("a continuation token tells the page and where it begins") {
  const auto token = parse_list_token(format_list_token({.page = 12, .after = "a b\n"}));
  REQUIRE(token);
  CHECK(token->page == 12);
  CHECK(token->after == "a b\n");
  for (const auto* bad : {"", "?", "MTI=", "IGE=", "MSA="}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_list_token(bad));
  }
}
