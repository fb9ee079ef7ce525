#include <doctest/doctest.h>

#include <algorithm>

#include "session.hpp"
#include "sluice/core/error.hpp"

namespace sluice::test {
namespace {

using namespace aws;

Task<PutResult> put_text(Session& session, std::string key, std::string_view text) {
  return session.client->put(session.context(), session.at(std::move(key)), as_bytes(text), nullptr,
                             WriteCondition());
}

std::vector<std::string> nasty_keys() {
  std::vector<std::string> keys = {
      "hello? sausage/\xC3\xAA\xC3\xA9/Hello, \xE4\xB8\x96\xE7\x95\x8C/ \" ' @ < > & ? + "
      "\xE2\x89\xA0/z.txt",
      "a b/c d",
      "plus+plus",
      "percent%20%2F",
      "hash#tilde~",
      "semi;colon:comma,",
      "(brackets)[x]{y}!*$=|^`",
      "\xF0\x9F\x98\x80",
      "e\xCC\x81-decomposed",
      "trailing ",
      "back\\slash"};
  if (server().traits.keeps_double_slash) keys.emplace_back("a//b");
  if (server().traits.keeps_control_characters) keys.emplace_back("control\x01\x1F\n\t");
  return keys;
}

}  // namespace

TEST_CASE("objects with nasty keys are put, listed, read and deleted") {
  with_session([](Session& session) -> Task<> {
    const std::vector<std::string> keys = nasty_keys();
    for (const std::string& key : keys) {
      CAPTURE(key);
      const PutResult put = co_await put_text(session, key, key);
      CHECK_FALSE(put.etag.empty());
      const std::string text = co_await read_object(session, key, GetOptions());
      CHECK(text == key);
    }
    ListPage page;
    ListOptions options{.prefix = session.prefix};
    co_await session.client->list(session.context(), session.bucket, options, page);
    std::vector<std::string> listed, doomed;
    for (const ListedObject& object : page.objects)
      listed.emplace_back(object.key.substr(session.prefix.size()));
    std::vector<std::string> expected = keys;
    std::ranges::sort(expected);
    std::ranges::sort(listed);
    CHECK(listed == expected);
    for (const std::string& key : keys)
      doomed.push_back(session.prefix + key);
    const auto failures =
        co_await session.client->remove_all(session.context(), session.bucket, doomed);
    CHECK(failures.empty());
    co_await session.client->list(session.context(), session.bucket, options, page);
    CHECK(page.objects.empty());
  });
}

TEST_CASE("a key of 1,024 bytes is a key, one more is none") {
  with_session([](Session& session) -> Task<> {
    std::string key = session.prefix;
    while (key.size() < s3_max_key_bytes)
      key += key.size() % 200 == 0 && !server().traits.long_parts ? '/' : 'k';
    const S3Location object{.bucket = session.bucket, .key = key};
    co_await session.client->put(session.context(), object, as_bytes("x"), nullptr,
                                 WriteCondition());
    const auto found = co_await session.client->head(session.context(), object, GetOptions());
    CHECK(found.has_value());
    co_await session.client->remove(session.context(), object);
    const S3Location longer{.bucket = session.bucket, .key = key + "k"};
    const Error error = co_await failure_of(
        session.client->put(session.context(), longer, as_bytes("x"), nullptr, WriteCondition()));
    CHECK((error.status() == 400 || error.status() == 414) == server().traits.limits_keys);
  });
}

TEST_CASE("an empty object is an object") {
  with_session([](Session& session) -> Task<> {
    co_await put_text(session, "empty", "");
    const std::string text = co_await read_object(session, "empty", GetOptions());
    CHECK(text.empty());
    const auto found =
        co_await session.client->head(session.context(), session.at("empty"), GetOptions());
    REQUIRE(found.has_value());
    CHECK(found->head.size == 0);
    const GetOptions ranged{.range = ByteRange{.first = 0, .last = 4}};
    const Error error =
        co_await failure_of(session.client->get(session.context(), session.at("empty"), ranged));
    CHECK(error.status() == 416);
  });
}

TEST_CASE("ranges and tags of an object are honoured") {
  with_session([](Session& session) -> Task<> {
    const PutResult put = co_await put_text(session, "digits", "0123456789");
    const GetOptions middle{.range = ByteRange{.first = 3, .last = 5}, .if_match = put.etag};
    std::string text = co_await read_object(session, "digits", middle);
    CHECK(text == "345");
    const GetOptions tail{.range = ByteRange{.first = 8, .last = {}}};
    text = co_await read_object(session, "digits", tail);
    CHECK(text == "89");
    const GetOptions stale{.range = ByteRange{.first = 3, .last = 5},
                           .if_match = "d41d8cd98f00b204e9800998ecf8427e"};
    const Error error =
        co_await failure_of(session.client->get(session.context(), session.at("digits"), stale));
    CHECK(error.code() == ErrorCode::conflict);
  });
}

TEST_CASE("stored checksums of every algorithm come back and are those of the bytes") {
  for (const ChecksumAlgorithm algorithm : {ChecksumAlgorithm::crc64nvme, ChecksumAlgorithm::crc32c,
                                            ChecksumAlgorithm::crc32, ChecksumAlgorithm::sha256}) {
    CAPTURE(name_of(algorithm));
    S3ClientOptions options;
    options.checksum = algorithm;
    auto body = [](Session& session) -> Task<> {
      const std::string bytes = some_bytes(100'000, 1);
      co_await put_text(session, "sum", bytes);
      const auto found =
          co_await session.client->head(session.context(), session.at("sum"), GetOptions());
      REQUIRE(found.has_value());
      const StoredChecksum& stored = found->head.checksum;
      CHECK((stored.algorithm != ChecksumAlgorithm::none) == server().traits.keeps_checksums);
      if (stored.algorithm == ChecksumAlgorithm::none) co_return;
      CHECK(stored.algorithm == session.client->upload_checksum());
      Checksum expected(stored.algorithm);
      expected.update(as_bytes(bytes));
      CHECK(stored.value == expected.base64());
    };
    with_session(body, options);
  }
}

TEST_CASE("without required checksums everything still works") {
  S3ClientOptions options;
  options.checksum_mode = ChecksumMode::when_required;
  auto body = [](Session& session) -> Task<> {
    co_await put_text(session, "plain", "text");
    const std::string text = co_await read_object(session, "plain", GetOptions());
    CHECK(text == "text");
    std::vector<std::string> doomed = {session.prefix + "plain"};
    const auto failures =
        co_await session.client->remove_all(session.context(), session.bucket, doomed);
    CHECK(failures.empty());
  };
  with_session(body, options);
}

TEST_CASE("an upload with a wrong checksum is refused") {
  with_session([](Session& session) -> Task<> {
    S3Upload upload = co_await session.client->create_upload(
        session.context(), session.at("sum"), nullptr, session.client->multipart_checksum());
    PartResult part =
        co_await session.client->upload_part(session.context(), upload, 1, as_bytes("some bytes"));
    std::vector<CompletedPart> parts = {part.part};
    Checksum wrong(part.checksum.algorithm());
    wrong.update(as_bytes("other bytes"));
    CompleteOptions options{
        .algorithm = session.client->multipart_checksum(), .size = 10, .checksum = wrong.base64()};
    const Error error = co_await failure_of(
        session.client->complete_upload(session.context(), upload, parts, options));
    CHECK((error.status() == 400) == server().traits.verifies_checksums);
    co_await session.client->abort_upload(session.context(), upload);
    const auto found =
        co_await session.client->head(session.context(), session.at("sum"), GetOptions());
    CHECK(found.has_value() != server().traits.verifies_checksums);
  });
}

TEST_CASE("conditional writes fail when the condition does not hold") {
  with_session([](Session& session) -> Task<> {
    const PutResult first = co_await put_text(session, "guarded", "one");
    const WriteCondition absent{.if_match = {}, .if_absent = true};
    const Error exists = co_await failure_of(session.client->put(
        session.context(), session.at("guarded"), as_bytes("two"), nullptr, absent));
    CHECK(exists.code() == ErrorCode::conflict);
    const WriteCondition same{.if_match = first.etag};
    const PutResult second = co_await session.client->put(session.context(), session.at("guarded"),
                                                          as_bytes("three"), nullptr, same);
    CHECK(second.etag != first.etag);
    const Error stale = co_await failure_of(session.client->put(
        session.context(), session.at("guarded"), as_bytes("four"), nullptr, same));
    CHECK((stale.code() == ErrorCode::conflict) == server().traits.honours_if_match_on_put);
  });
}

TEST_CASE("metadata, headers, tags and storage class are kept with an object") {
  with_session([](Session& session) -> Task<> {
    auto extras = std::make_shared<FileExtras>();
    extras->content_type = "text/csv";
    extras->headers = {{"cache-control", "no-store"},
                       {"content-disposition", "attachment; filename=\"x.csv\""}};
    extras->metadata = {{"mtime", "1614556800.123456789"},
                        {"owner", "J\xC3\xBCrgen \xE6\x97\xA5\xE6\x9C\xAC"}};
    extras->tags = {{"project", "a b"}, {"stage", "x=y+z:/@"}};
    if (server().traits.keeps_storage_class) extras->storage_class = "STANDARD_IA";
    co_await session.client->put(session.context(), session.at("kept"), as_bytes("x"), extras,
                                 WriteCondition());
    const auto found =
        co_await session.client->head(session.context(), session.at("kept"), GetOptions());
    REQUIRE(found.has_value());
    CHECK(found->extras.content_type == extras->content_type);
    CHECK(found->extras.headers == extras->headers);
    CHECK(found->extras.metadata == extras->metadata);
    if (server().traits.keeps_storage_class)
      CHECK(found->extras.storage_class == extras->storage_class);
    auto tags = co_await session.client->get_tags(session.context(), session.at("kept"), "");
    CHECK(tags == *extras->tags);
    tags = {{"new", "1"}};
    co_await session.client->put_tags(session.context(), session.at("kept"), tags);
    const auto changed =
        co_await session.client->get_tags(session.context(), session.at("kept"), "");
    CHECK(changed == tags);
  });
}

TEST_CASE("a copy keeps metadata, and is pinned to the source's tag") {
  with_session([](Session& session) -> Task<> {
    auto extras = std::make_shared<FileExtras>();
    extras->content_type = "text/csv";
    extras->metadata = {{"a", "1"}};
    const PutResult put = co_await session.client->put(session.context(), session.at("from +x"),
                                                       as_bytes("bytes"), extras, WriteCondition());
    CopyOptions options{.source_if_match = put.etag};
    const std::string etag = co_await session.client->copy(session.context(), session.at("from +x"),
                                                           session.at("to"), options);
    CHECK(etag == put.etag);
    const auto found =
        co_await session.client->head(session.context(), session.at("to"), GetOptions());
    REQUIRE(found.has_value());
    CHECK(found->extras.metadata == extras->metadata);
    CHECK(found->extras.content_type == "text/csv");
    auto replaced = std::make_shared<FileExtras>();
    replaced->metadata = {{"b", "2"}};
    options.replace = replaced;
    co_await session.client->copy(session.context(), session.at("from +x"), session.at("to"),
                                  options);
    const auto changed =
        co_await session.client->head(session.context(), session.at("to"), GetOptions());
    REQUIRE(changed.has_value());
    CHECK(changed->extras.metadata == replaced->metadata);
    const CopyOptions stale{.source_if_match = "d41d8cd98f00b204e9800998ecf8427e"};
    const Error error = co_await failure_of(
        session.client->copy(session.context(), session.at("from +x"), session.at("to"), stale));
    CHECK((error.code() == ErrorCode::conflict) == server().traits.honours_if_match_on_copy_source);
  });
}

TEST_CASE("a wrong secret is refused as unauthenticated") {
  auto body = [](Runtime& runtime) -> Task<> {
    Server wrong = server();
    wrong.secret_key += "x";
    Session session(runtime, wrong);
    const Error error = co_await failure_of(put_text(session, "k", "x"));
    CHECK((error.code() == ErrorCode::unauthenticated) == server().traits.checks_signatures);
    CHECK((error.server_code() == "SignatureDoesNotMatch") == server().traits.checks_signatures);
    co_await session.http->close();
  };
  run(body);
}

TEST_CASE("a missing bucket and a missing key are not found") {
  with_session([](Session& session) -> Task<> {
    const S3Location nowhere{.bucket = "no-such-bucket-of-sluice", .key = "k"};
    const Error bucket = co_await failure_of(
        session.client->put(session.context(), nowhere, as_bytes("x"), nullptr, WriteCondition()));
    CHECK(bucket.server_code() == "NoSuchBucket");
    CHECK(bucket.code() == ErrorCode::not_found);
    const Error key = co_await failure_of(
        session.client->get(session.context(), session.at("none"), GetOptions()));
    CHECK(key.server_code() == "NoSuchKey");
    const auto found =
        co_await session.client->head(session.context(), session.at("none"), GetOptions());
    CHECK_FALSE(found.has_value());
  });
}

TEST_CASE("a presigned URL opens an object to anyone") {
  with_session([](Session& session) -> Task<> {
    co_await put_text(session, "for all", "text");
    const std::string url = co_await session.client->presign_get(
        session.context(), session.at("for all"), std::chrono::minutes(5));
    const net::Url parsed = net::parse_url(url);
    net::HttpRequest request;
    request.endpoint = parsed.endpoint;
    request.target = parsed.target;
    net::HttpResponse response = co_await session.http->send(session.context(), request);
    const std::string text = co_await response.read_all(1000);
    CHECK(response.status() == 200);
    CHECK(text == "text");
  });
}

}  // namespace sluice::test
