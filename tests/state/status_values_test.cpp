#include <doctest/doctest.h>

#include "codec/random_input.hpp"
#include "sluice/state/status_records.hpp"
#include "state/listed_files.hpp"

using namespace sluice;
using sluice::state::test::file_at;

namespace {

Fingerprint random_version(codec::test::RandomInput& random) {
  Fingerprint version;
  version.size = random.next() >> random.below(64);
  if (random.below(2))
    version.mtime = TimePoint(Duration(static_cast<std::int64_t>(random.next())));
  if (random.below(2)) version.etag = random.bytes(random.below(12));
  if (random.below(2)) {
    version.checksum_algorithm = "sha256";
    version.checksum = random.bytes_of("abc+/=", 1 + random.below(8));
  }
  return version;
}

template <class Parse>
void refuses(Parse parse, std::string_view json) {
  INFO(json);
  try {
    parse(json, "sluice:j:r:key");
    FAIL_CHECK("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::integrity);
    CHECK(error.subject() == "sluice:j:r:key");
  }
}

}  // namespace

TEST_CASE("status values: random records come back as they were") {
  codec::test::RandomInput random("status values");
  for (int round = 0; round < 2000; ++round) {
    const std::string path = "d/" + random.bytes(1 + random.below(10));
    const TimePoint time(Duration(static_cast<std::int64_t>(random.next())));
    const CompletedRecord completed{.version = random_version(random), .processed_at = time};
    CHECK(parse_completed(completed_json(path, completed), path) == completed);
    const IntentRecord intent{
        .input = random_version(random), .output = random_version(random), .timestamp = time};
    CHECK(parse_intent(intent_json(path, intent), path) == intent);
    ErrorRecord error;
    error.file = file_at(path, random.next(), random.bytes(random.below(5)), time);
    error.error = random.bytes_of("err: \"\\\n\t\x7F", random.below(20));
    error.code = static_cast<ErrorCode>(random.below(16));
    error.timestamp = time;
    error.retry_count = static_cast<std::uint32_t>(random.next());
    CHECK(parse_error(error_json(error), path) == error);
  }
}

TEST_CASE("status values: JSON of another writer is read alike") {
  const auto record = parse_completed(
      " { \"processed_at\" : \"2025-05-28T19:05:00+09:00\", \"size\" : 1024, \"host\": [1, {}],"
      " \"mod_time\": null, \"name\": \"\\u0066ile.txt\" } ",
      "key");
  CHECK(record.version.size == 1024);
  CHECK_FALSE(record.version.mtime);
  CHECK(record.processed_at == std::chrono::sys_days(std::chrono::year(2025) / 5 / 28) +
                                   std::chrono::hours(10) + std::chrono::minutes(5));
}

TEST_CASE("status values: what is malformed is an error that names the key") {
  for (const char* json : {"", "{", "[]", "{}", R"({"size":1})",
                           R"({"size":-1,"processed_at":"2025-05-28T10:00:00Z"})",
                           R"({"size":1,"processed_at":"yesterday"})",
                           R"({"size":"1","processed_at":"2025-05-28T10:00:00Z"})",
                           R"({"size":1,"etag":7,"processed_at":"2025-05-28T10:00:00Z"})",
                           R"({"size":1,"etag_base64":"?","processed_at":"2025-05-28T10:00:00Z"})",
                           R"({"size":1,"processed_at":"2025-05-28T10:00:00Z"}x)"})
    refuses(parse_completed, json);
  refuses(parse_error,
          R"({"file":{},"error":"e","timestamp":"2025-05-28T10:00:00Z","retry_count":1})");
  refuses(
      parse_error,
      R"({"file":{"path":"a","size":1},"timestamp":"2025-05-28T10:00:00Z","retry_count":4294967296})");
  refuses(parse_intent, R"({"size":1,"timestamp":"2025-05-28T10:00:00Z"})");
}
