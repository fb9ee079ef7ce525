#include "sluice/aws/s3_requests.hpp"

#include <doctest/doctest.h>

#include "sluice/codec/xml.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

const ServiceEndpoint path_style{.endpoint = {.tls = false, .host = "localhost", .port = 9000},
                                 .path_prefix = "/b"};
const ServiceEndpoint virtual_host{
    .endpoint = {.tls = true, .host = "b.s3.eu-west-1.amazonaws.com", .port = 443},
    .path_prefix = ""};

std::string target_of(const S3Request& request, const ServiceEndpoint& place = path_style) {
  return to_http(request, place).target;
}

std::string header(const S3Request& request, std::string_view name) {
  return std::string(request.headers.find(name).value_or("(none)"));
}

}  // namespace

TEST_CASE("an S3 key is encoded byte by byte and never normalised") {
  const auto target = [](std::string key) {
    return target_of(
        get_object_request({.bucket = "b", .key = std::move(key)}, {.checksum = false}));
  };
  CHECK(target("a b/é+c:=@,;!*()'~$&.txt") ==
        "/b/a%20b/%C3%A9%2Bc%3A%3D%40%2C%3B%21%2A%28%29%27~%24%26.txt");
  CHECK(target("k//x/../y/./z") == "/b/k//x/../y/./z");
  CHECK(target("/leading") == "/b//leading");
  CHECK(target("a%2Fb?c#d") == "/b/a%252Fb%3Fc%23d");
  CHECK(target(std::string("\x01\x7F\xFF\0", 4)) == "/b/%01%7F%FF%00");
}

TEST_CASE("an S3 request goes to the place of its bucket") {
  const S3Request request =
      list_objects_request("b", {.prefix = "p/é &+", .start_after = "p/a", .max_keys = 7});
  CHECK(
      target_of(request) ==
      "/b/?encoding-type=url&list-type=2&max-keys=7&prefix=p%2F%C3%A9%20%26%2B&start-after=p%2Fa");
  const net::HttpRequest http = to_http(request, virtual_host);
  CHECK(http.target.starts_with("/?encoding-type=url"));
  CHECK(http.endpoint == virtual_host.endpoint);
  CHECK(http.method == "GET");
}

TEST_CASE("what another answer awaits the second time is not sent twice by the connection") {
  const auto resends = [](const S3Request& request) {
    return to_http(request, virtual_host).resend;
  };
  const S3Location object{.bucket = "b", .key = "k"};
  const S3Upload upload{.object = object, .id = "u"};
  CHECK(resends(get_object_request(object, {.if_match = "tag"})));
  CHECK(resends(put_object_request(object, {}, nullptr, {})));
  CHECK_FALSE(resends(put_object_request(object, {}, nullptr, {.if_match = "tag"})));
  CHECK_FALSE(resends(put_object_request(object, {}, nullptr, {.if_absent = true})));
  CHECK_FALSE(resends(complete_multipart_request(upload, {}, {}, "", {})));
}

TEST_CASE("an S3 listing goes on with its token, encoded") {
  const S3Request request = list_objects_request("b", {.continuation_token = "1/a+b=="});
  CHECK(target_of(request) ==
        "/b/?continuation-token=1%2Fa%2Bb%3D%3D&encoding-type=url&list-type=2&max-keys=1000");
  CHECK(header(list_objects_request("b", {.restore_status = true}),
               "x-amz-optional-object-attributes") == "RestoreStatus");
}

TEST_CASE("reading an S3 object names range, tag, version and checksum mode") {
  const GetOptions options{
      .range = ByteRange{5, 9}, .if_match = "abc", .version_id = "v/1", .checksum = true};
  const S3Request get = get_object_request({"b", "k"}, options);
  CHECK(get.method == "GET");
  CHECK(target_of(get) == "/b/k?versionId=v%2F1");
  CHECK(header(get, "range") == "bytes=5-9");
  CHECK(header(get, "if-match") == "\"abc\"");
  CHECK(header(get, "x-amz-checksum-mode") == "ENABLED");
  CHECK(header(head_object_request({"b", "k"}, {.range = ByteRange{5, std::nullopt}}), "range") ==
        "bytes=5-");
  CHECK(head_object_request({"b", "k"}, {}).method == "HEAD");
  CHECK(header(get_object_request({"b", "k"}, {.checksum = false}), "x-amz-checksum-mode") ==
        "(none)");
}

TEST_CASE("a new S3 object is given its attributes") {
  FileExtras extras;
  extras.content_type = "text/csv";
  extras.storage_class = "STANDARD_IA";
  extras.encryption = "aws:kms";
  extras.encryption_key_id = "key-1";
  extras.headers = {{"cache-control", "no-store"}};
  extras.metadata = {{"mtime", "1.5"}, {"name", "日本"}};
  extras.tags = {{"a b", "c&d"}, {"x", ""}};
  const S3Request put =
      put_object_request({"b", "k"}, as_bytes("hello"), &extras, {.if_match = "old"});
  CHECK(header(put, "content-type") == "text/csv");
  CHECK(header(put, "x-amz-storage-class") == "STANDARD_IA");
  CHECK(header(put, "x-amz-server-side-encryption") == "aws:kms");
  CHECK(header(put, "x-amz-server-side-encryption-aws-kms-key-id") == "key-1");
  CHECK(header(put, "cache-control") == "no-store");
  CHECK(header(put, "x-amz-meta-mtime") == "1.5");
  CHECK(header(put, "x-amz-meta-name") == "=?UTF-8?B?5pel5pys?=");
  CHECK(header(put, "x-amz-tagging") == "a%20b=c%26d&x=");
  CHECK(header(put, "if-match") == "\"old\"");
  CHECK(as_text(put.payload()) == "hello");
}

TEST_CASE("an S3 object without a content type is not left to the server's guess") {
  CHECK(header(put_object_request({"b", "k"}, {}, nullptr, {}), "content-type") ==
        "binary/octet-stream");
  CHECK(header(put_object_request({"b", "k"}, {}, nullptr, {.if_absent = true}), "if-none-match") ==
        "*");
}

TEST_CASE("S3 metadata that no header can carry is refused") {
  FileExtras extras;
  extras.metadata = {{"bad", "\xFF"}};
  CHECK_THROWS_AS(put_object_request({"b", "k"}, {}, &extras, {}), Error);
}

TEST_CASE("keys of an S3 bulk deletion survive XML") {
  const std::vector<std::string> keys = {"a&b<c>\"'", "line\nreturn\rtab\t", "é"};
  const S3Request request = delete_objects_request("b", keys);
  CHECK(target_of(request) == "/b/?delete");
  const codec::XmlElement root = codec::parse_xml(request.text, "test");
  CHECK(root.name == "Delete");
  CHECK(root.text_of("Quiet") == "true");
  REQUIRE(root.children.size() == 4);
  for (std::size_t i = 0; i < keys.size(); ++i)
    CHECK(root.children[i].text_of("Key") == keys[i]);
}

TEST_CASE("keys that XML 1.0 cannot carry are told apart") {
  CHECK(is_xml_text("plain é 日本 \t\n\r 😀"));
  CHECK(is_xml_text(""));
  CHECK_FALSE(is_xml_text("a\x01"));
  CHECK_FALSE(is_xml_text(std::string_view("a\0b", 3)));
  CHECK_FALSE(is_xml_text("\xFF"));
  CHECK_FALSE(is_xml_text("\xED\xA0\x80"));
  CHECK_FALSE(is_xml_text("\xEF\xBF\xBF"));
}

TEST_CASE("an S3 copy keeps the source's metadata unless it is replaced") {
  const CopyOptions kept{.source_version = "v",
                         .source_if_match = "tag",
                         .replace = nullptr,
                         .storage_class = "GLACIER",
                         .encryption = "AES256",
                         .encryption_key_id = {},
                         .condition = {}};
  const S3Request copy = copy_object_request({"from", "a b+"}, {"b", "k"}, kept);
  CHECK(header(copy, "x-amz-copy-source") == "/from/a%20b%2B?versionId=v");
  CHECK(header(copy, "x-amz-copy-source-if-match") == "\"tag\"");
  CHECK(header(copy, "x-amz-metadata-directive") == "(none)");
  CHECK(header(copy, "x-amz-storage-class") == "GLACIER");
  CHECK(header(copy, "x-amz-server-side-encryption") == "AES256");
  CHECK(copy.answers_early);

  FileExtras extras;
  extras.metadata = {{"a", "1"}};
  extras.tags.emplace();
  CopyOptions replaced;
  replaced.replace = std::make_shared<const FileExtras>(extras);
  const S3Request changed = copy_object_request({"from", "a"}, {"b", "k"}, replaced);
  CHECK(header(changed, "x-amz-metadata-directive") == "REPLACE");
  CHECK(header(changed, "x-amz-tagging-directive") == "REPLACE");
  CHECK(header(changed, "x-amz-meta-a") == "1");
}

TEST_CASE("S3 encryption is told when an object begins: PUT, CreateMultipartUpload and copies") {
  FileExtras extras;
  extras.encryption = "aws:kms";
  extras.encryption_key_id = "arn:aws:kms:us-east-1:1:key/k";
  extras.headers = {{std::string(s3_bucket_key_header), "true"}};
  CopyOptions replaced, kept;
  replaced.replace = std::make_shared<const FileExtras>(extras);
  kept.encryption = extras.encryption;
  kept.encryption_key_id = extras.encryption_key_id;
  for (const S3Request& request : {put_object_request({"b", "k"}, {}, &extras, {}),
                                   create_multipart_request({"b", "k"}, &extras, {}),
                                   copy_object_request({"b", "from"}, {"b", "k"}, replaced),
                                   copy_object_request({"b", "from"}, {"b", "k"}, kept)}) {
    CAPTURE(request.operation);
    CHECK(header(request, "x-amz-server-side-encryption") == "aws:kms");
    CHECK(header(request, "x-amz-server-side-encryption-aws-kms-key-id") ==
          "arn:aws:kms:us-east-1:1:key/k");
    const bool carries = request.operation != "CopyObject" ||
                         header(request, "x-amz-metadata-directive") == "REPLACE";
    CHECK(header(request, s3_bucket_key_header) == (carries ? "true" : "(none)"));
  }
}

TEST_CASE("S3 encryption is not told again with the parts of an upload, nor at its end") {
  const S3Upload upload{.object = {"b", "k"}, .id = "u"};
  CopyOptions copy;
  copy.encryption = "aws:kms";
  for (const S3Request& request : {upload_part_request(upload, 1, as_bytes("x")),
                                   upload_part_copy_request(upload, 1, {"b", "from"}, {0, 9}, copy),
                                   complete_multipart_request(upload, {}, {}, "", {})}) {
    CAPTURE(request.operation);
    for (std::size_t i = 0; i < request.headers.size(); ++i)
      CHECK(request.headers[i].first.find("encryption") == std::string_view::npos);
  }
}

TEST_CASE("S3 encryption: a key without its kind is not sent") {
  FileExtras extras;
  extras.encryption_key_id = "k";
  CopyOptions copy;
  copy.encryption_key_id = "k";
  CHECK(header(put_object_request({"b", "k"}, {}, &extras, {}),
               "x-amz-server-side-encryption-aws-kms-key-id") == "(none)");
  CHECK(header(copy_object_request({"b", "from"}, {"b", "k"}, copy),
               "x-amz-server-side-encryption-aws-kms-key-id") == "(none)");
}

TEST_CASE("an S3 multipart upload is checked as a whole by CRC, part by part by SHA-256") {
  const S3Request whole =
      create_multipart_request({"b", "k"}, nullptr, {ChecksumAlgorithm::crc64nvme});
  CHECK(target_of(whole) == "/b/k?uploads");
  CHECK(header(whole, "x-amz-checksum-algorithm") == "CRC64NVME");
  CHECK(header(whole, "x-amz-checksum-type") == "FULL_OBJECT");
  const S3Request parts =
      create_multipart_request({"b", "k"}, nullptr, {ChecksumAlgorithm::sha256});
  CHECK(header(parts, "x-amz-checksum-type") == "COMPOSITE");
  const S3Request plain = create_multipart_request({"b", "k"}, nullptr, {});
  CHECK(header(plain, "x-amz-checksum-algorithm") == "(none)");
}

TEST_CASE("completing an S3 multipart upload lists the parts and the condition") {
  const S3Upload upload{.object = {"b", "k"}, .id = "u+1"};
  const std::vector<CompletedPart> parts = {{1, "e1", "c1="}, {2, "e2", "c2="}};
  const S3Request request = complete_multipart_request(upload, parts, {ChecksumAlgorithm::sha256},
                                                       "", {.if_match = "old"});
  CHECK(target_of(request) == "/b/k?uploadId=u%2B1");
  CHECK(header(request, "if-match") == "\"old\"");
  CHECK(request.answers_early);
  const codec::XmlElement root = codec::parse_xml(request.text, "test");
  REQUIRE(root.children.size() == 2);
  CHECK(root.children[1].text_of("ETag") == "\"e2\"");
  CHECK(root.children[1].text_of("PartNumber") == "2");
  CHECK(root.children[1].text_of("ChecksumSHA256") == "c2=");
  const S3Request crc =
      complete_multipart_request(upload, parts, {ChecksumAlgorithm::crc64nvme}, "whole=", {});
  CHECK(header(crc, "x-amz-checksum-crc64nvme") == "whole=");
  CHECK(header(crc, "x-amz-checksum-type") == "FULL_OBJECT");
}

TEST_CASE("S3 parts are addressed by number and upload") {
  const S3Upload upload{.object = {"b", "k"}, .id = "u"};
  CHECK(target_of(upload_part_request(upload, 3, {})) == "/b/k?partNumber=3&uploadId=u");
  CHECK(target_of(abort_multipart_request(upload)) == "/b/k?uploadId=u");
  CHECK(target_of(list_parts_request(upload, 5)) == "/b/k?part-number-marker=5&uploadId=u");
  CHECK(target_of(list_multipart_uploads_request("b", "p/", {.key = "k", .upload_id = "u"})) ==
        "/b/?uploads&encoding-type=url&key-marker=k&prefix=p%2F&upload-id-marker=u");
  const S3Request copy =
      upload_part_copy_request(upload, 2, {"b", "s"}, {.first = 5, .last = 9}, {});
  CHECK(header(copy, "x-amz-copy-source-range") == "bytes=5-9");
  CHECK(header(copy, "x-amz-copy-source") == "/b/s");
}

TEST_CASE("the part size fits any object into ten thousand parts") {
  CHECK(part_size_for(0, 8_MiB) == 8_MiB);
  CHECK(part_size_for(80'000 * 1_MiB, 8_MiB) == 8_MiB);
  CHECK(part_size_for(80'000 * 1_MiB + 1, 8_MiB) == 9_MiB);
  CHECK(part_size_for(50'000 * 1_GiB, 8_MiB) <= s3_max_single_put * 2);
  CHECK((5'000 * 1_GiB + part_size_for(5'000 * 1_GiB, 1) - 1) / part_size_for(5'000 * 1_GiB, 1) <=
        s3_max_parts);
}

TEST_CASE("only the regions that must be are named when a bucket is made") {
  CHECK(create_bucket_request("b", "us-east-1").text.empty());
  CHECK(codec::parse_xml(create_bucket_request("b", "eu-west-1").text, "t")
            .text_of("LocationConstraint") == "eu-west-1");
}

}  // namespace sluice::aws
