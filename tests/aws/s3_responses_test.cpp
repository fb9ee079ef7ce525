#include "sluice/aws/s3_responses.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "sluice/codec/date.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

ListPage page_of(std::string body) {
  ListPage page;
  page.body = std::move(body);
  parse_list_page(page);
  return page;
}

std::string listing(std::string_view inside) {
  std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  text += "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>";
  text.append(inside).append("</ListBucketResult>");
  return text;
}

std::string entry(std::string_view key) {
  std::string text = "<Contents><Key>";
  text.append(key).append("</Key><LastModified>2025-05-28T10:00:00.000Z</LastModified>");
  text +=
      "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><ChecksumAlgorithm>CRC64NVME</"
      "ChecksumAlgorithm>";
  text +=
      "<ChecksumType>FULL_OBJECT</ChecksumType><Size>42</Size><StorageClass>STANDARD</"
      "StorageClass></Contents>";
  return text;
}

bool refused(std::string body) {
  try {
    page_of(std::move(body));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::protocol);
    return true;
  }
  return false;
}

net::HeaderList headers_of(
    std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  net::HeaderList headers;
  for (const auto& [name, value] : fields)
    headers.add(name, value);
  return headers;
}

}  // namespace

TEST_CASE("an S3 listing gives key, size, date, tag and class") {
  const ListPage page = page_of(listing("<IsTruncated>false</IsTruncated>" + entry("a.txt")));
  REQUIRE(page.objects.size() == 1);
  const ListedObject& object = page.objects[0];
  CHECK(object.key == "a.txt");
  CHECK(object.size == 42);
  CHECK(object.modified == codec::parse_iso8601("2025-05-28T10:00:00Z"));
  CHECK(object.etag == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(object.storage_class == "STANDARD");
  CHECK_FALSE(page.truncated);
}

TEST_CASE(
    "keys of an S3 listing are form-decoded only when the page says so, wherever it says it") {
  const std::string coded = entry("a+b%20c%2Bd%0A%C3%A9/e&amp;f");
  CHECK(page_of(listing("<EncodingType>url</EncodingType>" + coded)).objects[0].key ==
        "a b c+d\n\xC3\xA9/e&f");
  CHECK(page_of(listing(coded + "<EncodingType>url</EncodingType>")).objects[0].key ==
        "a b c+d\n\xC3\xA9/e&f");
  CHECK(page_of(listing(coded)).objects[0].key == "a+b%20c%2Bd%0A%C3%A9/e&f");
}

TEST_CASE("an S3 listing has prefixes and a token for the rest") {
  const ListPage page =
      page_of(listing("<EncodingType>url</EncodingType><IsTruncated>true</"
                      "IsTruncated><NextContinuationToken>1/a+b&amp;==</NextContinuationToken>"
                      "<CommonPrefixes><Prefix>x+y/</Prefix></"
                      "CommonPrefixes><CommonPrefixes><Prefix>z/</Prefix></CommonPrefixes>"));
  CHECK(page.truncated);
  CHECK(page.next_token == "1/a+b&==");
  REQUIRE(page.prefixes.size() == 2);
  CHECK(page.prefixes[0] == "x y/");
}

TEST_CASE("an S3 listing shows the state of restores") {
  const ListPage page = page_of(
      listing("<Contents><Key>k</Key><Size>1</Size><Owner><ID>o</ID><DisplayName>d</DisplayName></"
              "Owner><RestoreStatus>"
              "<IsRestoreInProgress>true</"
              "IsRestoreInProgress><RestoreExpiryDate>2012-12-21T00:00:00.000Z</RestoreExpiryDate>"
              "</RestoreStatus></Contents>"));
  REQUIRE(page.objects.size() == 1);
  CHECK(page.objects[0].restoring);
  CHECK(page.objects[0].restore_expiry == "2012-12-21T00:00:00.000Z");
  CHECK(page.objects[0].key == "k");
}

TEST_CASE("an empty S3 listing is a listing; a page is reused") {
  ListPage page =
      page_of(listing(entry("a") + "<CommonPrefixes><Prefix>z/</Prefix></CommonPrefixes>"));
  page.body = listing("<KeyCount>0</KeyCount><Prefix/>");
  parse_list_page(page);
  CHECK(page.objects.empty());
  CHECK(page.prefixes.empty());
}

TEST_CASE("an S3 listing that is not whole or not sound is refused") {
  const std::string whole = listing(entry("a") + entry("b"));
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(refused(whole.substr(0, size)));
  CHECK(refused(listing("<Contents><Key>a</Key></Contents>")));
  CHECK(refused(listing("<Contents><Size>1</Size></Contents>")));
  CHECK(refused(listing("<Contents><Key>a</Key><Size>-1</Size></Contents>")));
  CHECK(refused(
      listing("<Contents><Key>a</Key><Size>1</Size><LastModified>soon</LastModified></Contents>")));
  CHECK(refused(listing("<IsTruncated>true</IsTruncated>")));
  CHECK(refused(listing("<EncodingType>url</EncodingType>" + entry("a%2"))));
  CHECK(refused(listing("<Contents><Key>a</Size></Contents>")));
  CHECK(refused(listing("<a><b><c><d><e><f><g><h><i></i></h></g></f></e></d></c></b></a>")));
  CHECK(refused("<Error><Code>InternalError</Code></Error>"));
  CHECK(refused("<!DOCTYPE x><ListBucketResult></ListBucketResult>"));
}

TEST_CASE("a page of a thousand keys is parsed fast") {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  constexpr int limit = 200'000;
#elif defined(__OPTIMIZE__)
  constexpr int limit = 2'000;  // generous: the machine may be busy
#else
  constexpr int limit = 50'000;
#endif

  std::string inside = "<EncodingType>url</EncodingType>";
  for (int i = 0; i < 1000; ++i)
    inside += entry("some/folder/with+a+name/file-" + std::to_string(i) + ".csv");
  const std::string body = listing(inside);
  ListPage page;
  auto best = std::chrono::steady_clock::duration::max();
  for (int round = 0; round < 20; ++round) {
    page.body = body;
    const auto begin = std::chrono::steady_clock::now();
    parse_list_page(page);
    best = std::min(best, std::chrono::steady_clock::now() - begin);
  }
  CHECK(page.objects.size() == 1000);
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(best).count();
  MESSAGE("best of 20: " << microseconds << " us");
  CHECK(microseconds < limit);
}

TEST_CASE("the head of an S3 object is read from its headers") {
  const auto headers = headers_of({{"ETag", "\"abc\""},
                                   {"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"},
                                   {"x-amz-version-id", "v1"},
                                   {"x-amz-checksum-type", "FULL_OBJECT"},
                                   {"x-amz-checksum-crc64nvme", "rosUhgp5mIg="}});
  const ObjectHead head = parse_object_head(200, headers, 9, "s3://b/k");
  CHECK(head.size == 9);
  CHECK(head.etag == "abc");
  CHECK(head.version_id == "v1");
  CHECK(head.modified.has_value());
  CHECK(head.checksum.algorithm == ChecksumAlgorithm::crc64nvme);
  CHECK(head.checksum.value == "rosUhgp5mIg=");
  CHECK_FALSE(head.range.has_value());
}

TEST_CASE("an S3 range tells the whole size and has no checksum of the whole") {
  const auto headers = headers_of({{"ETag", "\"a\""},
                                   {"Content-Range", "bytes 5-9/100"},
                                   {"x-amz-checksum-crc32c", "4waSgw=="}});
  const ObjectHead head = parse_object_head(206, headers, 5, "s");
  CHECK(head.size == 100);
  REQUIRE(head.range.has_value());
  CHECK(head.range->first == 5);
  CHECK(head.range->last == 9);
  CHECK(head.checksum.algorithm == ChecksumAlgorithm::none);
  for (const char* broken :
       {"bytes 5-9", "bytes 9-5/100", "bytes 5-100/100", "5-9/100", "bytes a-b/c", "bytes 5-9/*"}) {
    const auto bad = headers_of({{"Content-Range", broken}});
    CHECK_THROWS_AS(parse_object_head(206, bad, 5, "s"), Error);
  }
  CHECK_THROWS_AS(parse_object_head(206, net::HeaderList(), 5, "s"), Error);
  CHECK_THROWS_AS(parse_object_head(200, net::HeaderList(), std::nullopt, "s"), Error);
}

TEST_CASE("composite checksums of S3 are not taken for checksums of the bytes") {
  CHECK(parse_stored_checksum(headers_of({{"x-amz-checksum-crc32c", "4waSgw==-3"}})).algorithm ==
        ChecksumAlgorithm::none);
  CHECK(parse_stored_checksum(
            headers_of({{"x-amz-checksum-sha256", "x="}, {"x-amz-checksum-type", "COMPOSITE"}}))
            .algorithm == ChecksumAlgorithm::none);
}

TEST_CASE("what an overwrite of an S3 object must keep is read") {
  const auto headers = headers_of({{"Content-Type", "text/csv"},
                                   {"Cache-Control", "no-store"},
                                   {"X-Amz-Meta-Owner", "=?UTF-8?Q?J=C3=BCrgen_=25?="},
                                   {"x-amz-meta-two", "=?utf-8?B?5pel?= =?UTF-8?B?5pys?= end"},
                                   {"x-amz-storage-class", "STANDARD_IA"},
                                   {"x-amz-server-side-encryption", "aws:kms"},
                                   {"x-amz-server-side-encryption-aws-kms-key-id", "k"},
                                   {"X-Amz-Server-Side-Encryption-Bucket-Key-Enabled", "true"},
                                   {"x-amz-checksum-crc32", "y/Q5Jg=="}});
  const FileExtras extras = parse_object_extras(headers);
  CHECK(extras.content_type == "text/csv");
  CHECK(extras.headers.at("cache-control") == "no-store");
  CHECK(extras.metadata.at("owner") == "Jürgen %");
  CHECK(extras.metadata.at("two") == "日本 end");
  CHECK(extras.storage_class == "STANDARD_IA");
  CHECK(extras.encryption == "aws:kms");
  CHECK(extras.encryption_key_id == "k");
  CHECK(extras.headers.at(std::string(s3_bucket_key_header)) == "true");
  CHECK(extras.checksum_algorithm == "crc32");
  CHECK_FALSE(extras.tags.has_value());
}

TEST_CASE("the failures of an S3 bulk deletion are told") {
  const auto failures = parse_delete_result(
      "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b&amp;</Key><Code>AccessDenied</"
      "Code><Message>no</Message></Error>"
      "</DeleteResult>");
  REQUIRE(failures.size() == 1);
  CHECK(failures[0].key == "b&");
  CHECK(failures[0].code == "AccessDenied");
  CHECK(parse_delete_result("<DeleteResult/>").empty());
}

TEST_CASE("a 200 of S3 that carries an error or is cut short is a failure that passes") {
  CHECK(parse_late_etag(
            "  \n "
            "<CompleteMultipartUploadResult><ETag>\"a-2\"</ETag></CompleteMultipartUploadResult>",
            "op", "s") == "a-2");
  CHECK(parse_late_etag("<CopyObjectResult><ETag>&quot;b&quot;</ETag></CopyObjectResult>", "op",
                        "s") == "b");
  const auto failure = [](std::string_view body) {
    try {
      parse_late_etag(body, "CopyObject", "s3://b/k");
    } catch (const Error& error) {
      return error;
    }
    return Error(ErrorCode::internal, "", "", "not refused");
  };
  const Error late = failure(
      "<Error><Code>InternalError</Code><Message>We "
      "encountered</Message><RequestId>r</RequestId></Error>");
  CHECK(late.code() == ErrorCode::unavailable);
  CHECK(late.retryable());
  CHECK(late.server_code() == "InternalError");
  CHECK(failure("<Error><Code>SlowDown</Code></Error>").code() == ErrorCode::throttled);
  CHECK(failure("<Error><Code>PreconditionFailed</Code></Error>").code() == ErrorCode::conflict);
  for (const char* cut : {"", "   ", "<CopyObjectResult><ETag>\"b\"</ET",
                          "<CopyObjectResult></CopyObjectResult>", "garbage"}) {
    CHECK(failure(cut).retryable());
  }
}

TEST_CASE("pages of S3 parts and uploads are read") {
  const PartsPage parts = parse_parts_page(
      "<ListPartsResult><IsTruncated>true</IsTruncated><NextPartNumberMarker>2</"
      "NextPartNumberMarker>"
      "<Part><PartNumber>2</PartNumber><ETag>\"e\"</ETag><Size>5</Size></Part></ListPartsResult>");
  REQUIRE(parts.parts.size() == 1);
  CHECK(parts.parts[0].etag == "e");
  CHECK(parts.next_marker == 2);
  const UploadsPage uploads = parse_uploads_page(
      "<ListMultipartUploadsResult><EncodingType>url</EncodingType><IsTruncated>false</"
      "IsTruncated><Upload><Key>a+b</Key>"
      "<UploadId>u</UploadId><Initiated>2025-05-28T10:00:00.000Z</Initiated></Upload></"
      "ListMultipartUploadsResult>");
  REQUIRE(uploads.uploads.size() == 1);
  CHECK(uploads.uploads[0].key == "a b");
  CHECK(uploads.uploads[0].initiated.has_value());
  CHECK(parse_upload_id("<InitiateMultipartUploadResult><UploadId>u</UploadId></"
                        "InitiateMultipartUploadResult>") == "u");
  CHECK_THROWS_AS(parse_upload_id("<InitiateMultipartUploadResult/>"), Error);
  CHECK(parse_tagging("<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>")
            .at("a") == "1");
}

TEST_CASE("the tag of an S3 multipart object follows from its parts' tags") {
  // MD5 of the 32 bytes of twice MD5("") = d41d8cd98f00b204e9800998ecf8427e.
  const std::vector<CompletedPart> parts = {{1, "d41d8cd98f00b204e9800998ecf8427e", ""},
                                            {2, "d41d8cd98f00b204e9800998ecf8427e", ""}};
  const auto etag = multipart_etag(parts);
  REQUIRE(etag.has_value());
  CHECK(*etag == "5873dd45edd01f09c1ef2e7819369e8e-2");
  const std::vector<CompletedPart> kms = {{1, "not-an-md5", ""}};
  CHECK_FALSE(multipart_etag(kms).has_value());
}

TEST_CASE("S3 checksums have the values that S3 writes") {
  const auto value = [](ChecksumAlgorithm algorithm, std::string_view text) {
    Checksum checksum(algorithm);
    checksum.update(as_bytes(text.substr(0, 4)));
    checksum.update(as_bytes(text.substr(4)));
    return checksum.base64();
  };
  CHECK(value(ChecksumAlgorithm::crc64nvme, "123456789") == "rosUhgp5mIg=");
  CHECK(value(ChecksumAlgorithm::crc32c, "123456789") == "4waSgw==");
  CHECK(value(ChecksumAlgorithm::crc32, "123456789") == "y/Q5Jg==");
  CHECK(value(ChecksumAlgorithm::sha256, "123456789") ==
        "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=");
  for (const ChecksumAlgorithm algorithm :
       {ChecksumAlgorithm::crc64nvme, ChecksumAlgorithm::crc32c, ChecksumAlgorithm::crc32}) {
    Checksum first(algorithm), second(algorithm);
    first.update(as_bytes("1234"));
    second.update(as_bytes("56789"));
    first.append(second);
    CHECK(first.base64() == value(algorithm, "123456789"));
    CHECK(first.length() == 9);
    CHECK(checksum_algorithm(name_of(algorithm)) == algorithm);
  }
  CHECK_FALSE(checksum_algorithm("SHA1").has_value());
}

}  // namespace sluice::aws
