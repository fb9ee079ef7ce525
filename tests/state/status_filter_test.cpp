#include <doctest/doctest.h>

#include "sluice/state/memory_store.hpp"
#include "sluice/state/status_memory.hpp"
#include "state/listed_files.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace sluice::state::test;
using Paths = std::vector<std::string>;

namespace {

/// Fails the second time it is asked: a store that breaks in the middle of a scan.
class CountingStore final : public KeyValueStore {
 public:
  int reads = 0;
  Task<std::vector<std::optional<std::string>>> get_many(std::vector<std::string> keys) override {
    ++reads;
    if (reads == 2) throw Error(ErrorCode::integrity, "read", "state.db", "damaged");
    co_return std::vector<std::optional<std::string>>(keys.size());
  }
  Task<> write(std::vector<KeyValue>, std::vector<std::string>) override { co_return; }
  Task<std::vector<KeyValue>> scan(std::string, std::string, std::size_t) override {
    co_return std::vector<KeyValue>();
  }
  Task<std::uint64_t> count(std::string) override { co_return 0; }
  Task<> close() override { co_return; }
};

Task<> passes_failures_on(Runtime& runtime) {
  StoredStatusMemory memory(runtime, make_memory_store(), {});
  auto walk = listed({file_at("a", 1), file_at("b", 1)});
  walk->failures.emplace_back(ErrorCode::permission_denied, "list", "secret", "denied");
  const auto stream = memory.needs_processing(std::move(walk));
  const auto batch = co_await stream->next();
  REQUIRE(batch);
  CHECK(batch->files.size() == 2);
  REQUIRE(batch->failures.size() == 1);
  CHECK(batch->failures[0].subject() == "secret");
  const auto end = co_await stream->next();
  CHECK_FALSE(end);
}

Task<> leaves_out_directories(Runtime& runtime) {
  StoredStatusMemory memory(runtime, make_memory_store(), {});
  std::vector<FileInfo> files{file_at("d", 0), file_at("f", 1), file_at("l", 1), file_at("p", 0)};
  files[0].type = FileType::directory;
  files[2].type = FileType::symlink;
  files[3].type = FileType::other;
  const Paths wanted = co_await paths_of(memory.needs_processing(listed(std::move(files))));
  CHECK(wanted == Paths{"f", "l"});
}

Task<> keeps_order_over_many_batches(Runtime& runtime) {
  StoredStatusMemory memory(runtime, make_memory_store(), {});
  std::vector<FileInfo> files;
  Paths expected;
  for (int i = 10'000; i < 13'333; ++i) {
    files.push_back(file_at(std::to_string(i), 1, "t"));
    if (i % 3 == 0) co_await memory.report_done(files.back());
    if (i % 3 != 0) expected.push_back(files.back().path);
  }
  for (const std::size_t batch :
       {std::size_t{1}, std::size_t{7}, std::size_t{1300}, files.size()}) {
    const Paths wanted =
        co_await paths_of(memory.needs_processing(std::make_unique<ListedFiles>(files, batch)));
    CHECK(wanted == expected);
  }
}

Task<std::optional<std::string>> sum_of(FileInfo file, std::string algorithm) {
  CHECK(algorithm == "crc64nvme");
  if (file.path == "unreadable") co_return std::nullopt;
  co_return file.path == "ours" ? "sum" : "other";
}

Task<> verifies_by_checksum(Runtime& runtime) {
  StatusOptions options;
  options.checksum_of = sum_of;
  StoredStatusMemory memory(runtime, make_memory_store(), options);
  std::vector<FileInfo> files{file_at("ours", 5, "new"), file_at("theirs", 5, "new"),
                              file_at("unreadable", 5, "new")};
  for (const FileInfo& file : files) {
    Fingerprint output;
    output.size = 5;
    output.checksum_algorithm = "crc64nvme";
    output.checksum = "sum";
    FileInfo before = file;
    before.etag = "old";
    co_await memory.intend(std::move(before), std::move(output));
  }
  const auto tally = std::make_shared<StatusTally>();
  const Paths wanted = co_await paths_of(memory.needs_processing(listed(std::move(files)), tally));
  CHECK(wanted == Paths{"theirs"});
  CHECK(tally->recovered == 2);
  CHECK(tally->process == 1);
}

Task<std::optional<std::string>> sum_or_failure(FileInfo file, std::string) {
  if (file.path == "stop") throw Error(ErrorCode::cancelled, "read", "stop", "stopped");
  if (file.path == "b") throw Error(ErrorCode::permission_denied, "open", "b", "denied");
  co_return "sum";
}

Task<> remember_overwrites(StoredStatusMemory& memory, std::vector<FileInfo> files) {
  for (FileInfo& before : files) {
    Fingerprint output;
    output.size = before.size;
    output.checksum_algorithm = "crc64nvme";
    output.checksum = "sum";
    before.etag = "old";
    co_await memory.intend(std::move(before), std::move(output));
  }
}

Task<> goes_on_after_an_unreadable_file(Runtime& runtime) {
  StatusOptions options;
  options.checksum_of = sum_or_failure;
  StoredStatusMemory memory(runtime, make_memory_store(), options);
  const std::vector<FileInfo> files{file_at("a", 5, "new"), file_at("b", 5, "new"),
                                    file_at("c", 5, "new"), file_at("d", 5, "new")};
  co_await remember_overwrites(memory, {files[0], files[1], files[2]});
  const auto tally = std::make_shared<StatusTally>();
  auto walk = listed(files);
  walk->failures.emplace_back(ErrorCode::permission_denied, "list", "secret", "denied");
  const auto stream = memory.needs_processing(std::move(walk), tally);
  Paths wanted, failed;
  for (;;) {
    const auto batch = co_await stream->next();
    if (!batch) break;
    for (const FileInfo& file : batch->files)
      wanted.push_back(file.path);
    for (const Error& failure : batch->failures)
      failed.push_back(failure.subject());
  }
  CHECK(wanted == Paths{"d"});
  CHECK(failed == Paths{"b", "secret"});
  CHECK(tally->recovered == 2);
  CHECK(tally->process == 1);
}

Task<> stops_while_verifying(Runtime& runtime) {
  StatusOptions options;
  options.checksum_of = sum_or_failure;
  StoredStatusMemory memory(runtime, make_memory_store(), options);
  co_await remember_overwrites(memory, {file_at("stop", 5, "new")});
  co_await all_of(memory.needs_processing(listed({file_at("stop", 5, "new")})));
}

Task<> scan_through_a_broken_store(Runtime& runtime) {
  StoredStatusMemory memory(runtime, std::make_shared<CountingStore>(), {});
  std::vector<FileInfo> files;
  for (int i = 0; i < 10; ++i)
    files.push_back(file_at("f" + std::to_string(i), 1));
  co_await all_of(memory.needs_processing(listed(std::move(files))));
}

Task<> reads_a_damaged_record(Runtime& runtime) {
  const std::shared_ptr<KeyValueStore> store = make_memory_store();
  std::vector<KeyValue> pairs{{"sluice:::completed:a", "{\"size\":1"}};
  co_await store->put_many(std::move(pairs));
  StoredStatusMemory memory(runtime, store, {});
  co_await all_of(memory.needs_processing(listed({file_at("a", 1)})));
}

}  // namespace

TEST_CASE("needs_processing: failures of the walk pass through") {
  sluice::test::run(passes_failures_on);
}
TEST_CASE("needs_processing: directories and special files are left out") {
  sluice::test::run(leaves_out_directories);
}
TEST_CASE("needs_processing: the order is kept whatever the batches are") {
  sluice::test::run(keeps_order_over_many_batches);
}
TEST_CASE("needs_processing: an overwrite in doubt is judged by its checksum") {
  sluice::test::run(verifies_by_checksum);
}
TEST_CASE("needs_processing: a file in doubt that cannot be read is a failure, the others go on") {
  sluice::test::run(goes_on_after_an_unreadable_file);
}
TEST_CASE("needs_processing: a cancelled check ends the scan") {
  const auto error = sluice::test::error_of(stops_while_verifying);
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::cancelled);
}
TEST_CASE("needs_processing: a store that breaks ends the scan with its error") {
  const auto error = sluice::test::error_of(scan_through_a_broken_store);
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::integrity);
}
TEST_CASE("needs_processing: a damaged record is an error that names its key") {
  const auto error = sluice::test::error_of(reads_a_damaged_record);
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::integrity);
  CHECK(error->subject() == "sluice:::completed:a");
}
