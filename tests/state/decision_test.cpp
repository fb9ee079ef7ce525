#include "sluice/state/decision.hpp"

#include <doctest/doctest.h>

#include "state/listed_files.hpp"

using namespace sluice;
using namespace std::chrono_literals;
using sluice::state::test::file_at;

namespace {

const TimePoint noon = std::chrono::sys_days(std::chrono::year(2025) / 5 / 28) + 12h;
const DecisionPolicy policy;

Fingerprint print(std::uint64_t size, std::string etag = {}, std::optional<TimePoint> mtime = {},
                  std::string checksum = {}) {
  Fingerprint made;
  made.size = size;
  made.etag = std::move(etag);
  made.mtime = mtime;
  if (!checksum.empty()) made.checksum_algorithm = "crc64nvme";
  made.checksum = std::move(checksum);
  return made;
}

Remembered intent(Fingerprint input, Fingerprint output) {
  Remembered known;
  known.intent =
      IntentRecord{.input = std::move(input), .output = std::move(output), .timestamp = noon};
  return known;
}

ErrorRecord failed(FileInfo file, std::uint32_t count) {
  ErrorRecord record;
  record.file = std::move(file);
  record.timestamp = noon;
  record.retry_count = count;
  return record;
}

Verdict judge(const FileInfo& file, const Remembered& known, TimePoint now = noon) {
  return decide(file, known, now, policy);
}

}  // namespace

TEST_CASE("decide: what nothing is known of is processed") {
  CHECK(judge(file_at("a", 1), {}) == Verdict::process);
}

TEST_CASE("decide: only fields known to both sides are compared") {
  Remembered known;
  known.completed = CompletedRecord{.version = print(5, "t"), .processed_at = noon};
  CHECK(judge(file_at("a", 5, "t", noon), known) == Verdict::skip);
  CHECK(judge(file_at("a", 5, "", noon), known) == Verdict::skip);
  CHECK(judge(file_at("a", 5, "u", noon), known) == Verdict::process);
  CHECK(judge(file_at("a", 6, "t"), known) == Verdict::process);
  known.completed->version = print(5, "", noon);
  CHECK(judge(file_at("a", 5, "t", noon), known) == Verdict::skip);
  CHECK(judge(file_at("a", 5, "t", noon - 1ns), known) == Verdict::process);
  CHECK(judge(file_at("a", 5, "t"), known) == Verdict::skip);
}

TEST_CASE("decide: mtimes within the server's precision are equal") {
  Remembered known;
  known.completed = CompletedRecord{.version = print(5, "", noon), .processed_at = noon};
  DecisionPolicy coarse;
  coarse.mtime_precision = 1min;
  CHECK(decide(file_at("a", 5, "", noon - 1min), known, noon, coarse) == Verdict::skip);
  CHECK(decide(file_at("a", 5, "", noon + 1min), known, noon, coarse) == Verdict::skip);
  CHECK(decide(file_at("a", 5, "", noon + 61s), known, noon, coarse) == Verdict::process);
}

TEST_CASE("decide: an error waits, is tried again, and is given up") {
  const FileInfo file = file_at("a", 5, "t");
  Remembered known;
  known.error = failed(file, 1);
  CHECK(judge(file, known, noon + 59s) == Verdict::waiting);
  CHECK(judge(file, known, noon + 60s) == Verdict::process);
  known.error = failed(file, 4);
  CHECK(judge(file, known, noon + 479s) == Verdict::waiting);
  CHECK(judge(file, known, noon + 480s) == Verdict::process);
  known.error = failed(file, 5);
  CHECK(judge(file, known, noon + 1000h) == Verdict::given_up);
  known.error = failed(file, 0);
  CHECK(judge(file, known, noon) == Verdict::process);
}

TEST_CASE("decide: a new version does not wait for the old one's error") {
  Remembered known;
  known.error = failed(file_at("a", 5, "t"), 5);
  CHECK(judge(file_at("a", 5, "u"), known) == Verdict::process);
}

TEST_CASE("decide: an error is newer than the completion of the same version") {
  const FileInfo file = file_at("a", 5, "t");
  Remembered known;
  known.completed = CompletedRecord{.version = print(5, "t"), .processed_at = noon};
  known.error = failed(file, 1);
  CHECK(judge(file, known, noon) == Verdict::waiting);
  CHECK(judge(file, known, noon + 1h) == Verdict::process);
}

TEST_CASE("due_time: the wait doubles up to the cap and never overflows") {
  const RetryRules rules{.max_tries = 100, .base = 10s, .cap = 35s};
  const FileInfo file = file_at("a", 5);
  CHECK(due_time(failed(file, 1), rules) == noon + 10s);
  CHECK(due_time(failed(file, 2), rules) == noon + 20s);
  CHECK(due_time(failed(file, 3), rules) == noon + 35s);
  CHECK(due_time(failed(file, 4'000'000'000), rules) == noon + 35s);
  ErrorRecord late = failed(file, 1);
  late.timestamp = TimePoint::max();
  CHECK(due_time(late, rules) == TimePoint::max());
}

TEST_CASE("decide: a file that matches an intent's output is recovered") {
  const Remembered tagged = intent(print(5, "in"), print(6, "out"));
  CHECK(judge(file_at("a", 6, "out", noon), tagged) == Verdict::recovered);
  const Remembered timed = intent(print(5, "", noon), print(5, "", noon + 1s));
  CHECK(judge(file_at("a", 5, "", noon + 1s), timed) == Verdict::recovered);
  FileInfo summed = file_at("a", 6, "new");
  auto extras = std::make_shared<FileExtras>();
  extras->checksum_algorithm = "crc64nvme";
  extras->checksum = "sum";
  summed.extras = extras;
  CHECK(judge(summed, intent(print(5, "in"), print(6, "", {}, "sum"))) == Verdict::recovered);
  CHECK(judge(summed, intent(print(5, "in"), print(6, "", {}, "other"))) == Verdict::process);
}

TEST_CASE("decide: a file that is still an intent's input is processed") {
  CHECK(judge(file_at("a", 5, "in"), intent(print(5, "in"), print(5, "out"))) == Verdict::process);
  CHECK(judge(file_at("a", 5, "in"), intent(print(5, "in"), print(5, "", {}, "sum"))) ==
        Verdict::process);
  CHECK(judge(file_at("a", 5, "in"), intent(print(5, "in"), print(6))) == Verdict::process);
  CHECK(judge(file_at("a", 5, "", noon), intent(print(5, "", noon), print(5))) == Verdict::process);
}

TEST_CASE("decide: where tags and times cannot tell, the checksum is asked for") {
  // Same size, and the overwrite may have kept the mtime.
  CHECK(judge(file_at("a", 5, "", noon), intent(print(5, "", noon), print(5, "", {}, "sum"))) ==
        Verdict::verify);
  // The tag was foretold wrongly, or is of another writer.
  CHECK(judge(file_at("a", 5, "new"), intent(print(5, "in"), print(5, "out", {}, "sum"))) ==
        Verdict::verify);
  CHECK(judge(file_at("a", 5, "new"), intent(print(5, "in"), print(5, "", {}, "sum"))) ==
        Verdict::verify);
  CHECK(judge(file_at("a", 5), intent(print(5), print(5))) == Verdict::verify);
}

TEST_CASE("decide_unverified: only what still looks like the input is processed") {
  const auto unverified = [](const FileInfo& file, const Remembered& known) {
    return decide_unverified(file, *known.intent, Duration(0));
  };
  CHECK(unverified(file_at("a", 5, "", noon), intent(print(5, "", noon), print(5))) ==
        Verdict::process);
  CHECK(unverified(file_at("a", 5, "", noon), intent(print(5, "", noon), print(5, "", noon))) ==
        Verdict::recovered);
  CHECK(unverified(file_at("a", 5, "new"), intent(print(5, "in"), print(5))) == Verdict::recovered);
  CHECK(unverified(file_at("a", 5), intent(print(5), print(5))) == Verdict::recovered);
}

TEST_CASE("decide: an intent that was not carried out leaves the error's wait in force") {
  Remembered known = intent(print(5, "in"), print(6, "out"));
  known.error = failed(file_at("a", 5, "in"), 1);
  CHECK(judge(file_at("a", 5, "in"), known, noon) == Verdict::waiting);
  CHECK(judge(file_at("a", 6, "out"), known, noon) == Verdict::recovered);
}
