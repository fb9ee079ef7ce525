#include "state/status_contract.hpp"

#include <doctest/doctest.h>

#include "sluice/async/task_group.hpp"
#include "sluice/state/status_memory.hpp"
#include "state/listed_files.hpp"
#include "state/manual_clock.hpp"
#include "support/run.hpp"

namespace sluice::state::test {
namespace {

using namespace std::chrono_literals;
using Paths = std::vector<std::string>;
using Files = std::vector<FileInfo>;

/// A memory over a fresh store, and the clock it reads.
struct World {
  Runtime& runtime;
  std::shared_ptr<ManualClock> clock;
  std::shared_ptr<KeyValueStore> store;
  StoredStatusMemory memory;

  World(Runtime& with, std::shared_ptr<ManualClock> time, std::shared_ptr<KeyValueStore> in)
      : runtime(with), clock(std::move(time)), store(in), memory(with, std::move(in), options()) {}

  static StatusOptions options() {
    StatusOptions options;
    options.job = "nightly: 100%";
    options.root = "s3://bucket/in";
    options.policy.retry = {.max_tries = 3, .base = 1min, .cap = 90s};
    return options;
  }

  Task<Paths> wanted(Files files) {
    return paths_of(memory.needs_processing(listed(std::move(files))));
  }
};

const Error broken(ErrorCode::network, "upload", "b", "network timeout during upload");

Task<> finds_nothing_to_do_the_second_time(World& world) {
  const TimePoint time = world.clock->time;
  // A disk reports mtimes; S3 reports a size and a tag for an upload, and LastModified in a
  // listing.
  const Files walked{file_at("disk.csv", 10, "", time), file_at("s3/a.csv", 20, "tag-in", time)};
  const Paths first = co_await world.wanted(walked);
  CHECK(first == Paths{"disk.csv", "s3/a.csv"});
  const FileInfo disk_after = file_at("disk.csv", 11, "", time + 5s);
  co_await world.memory.report_done(disk_after);
  co_await world.memory.report_done(file_at("s3/a.csv", 21, "tag-out"));
  const Files again{disk_after, file_at("s3/a.csv", 21, "tag-out", time + 7s)};
  const auto tally = std::make_shared<StatusTally>();
  const Paths second = co_await paths_of(world.memory.needs_processing(listed(again), tally));
  CHECK(second.empty());
  CHECK(tally->skipped == 2);
  CHECK(tally->process == 0);
}

Task<> processes_what_changed(World& world) {
  const TimePoint time = world.clock->time;
  co_await world.memory.report_done(file_at("a", 10, "", time));
  co_await world.memory.report_done(file_at("b", 10, "x"));
  Paths wanted = co_await world.wanted({file_at("a", 11, "", time), file_at("b", 10, "y")});
  CHECK(wanted == Paths{"a", "b"});
  wanted = co_await world.wanted({file_at("a", 10, "", time + 1ns), file_at("b", 11, "x")});
  CHECK(wanted == Paths{"a", "b"});
  wanted = co_await world.wanted({file_at("a", 10, "", time), file_at("b", 10, "x", time)});
  CHECK(wanted.empty());
}

Task<> tries_errors_again_when_due(World& world) {
  const FileInfo file = file_at("b", 10, "x");
  for (std::uint32_t failures = 1; failures <= 3; ++failures) {
    co_await world.memory.report_error(file, broken);
    const auto page = co_await world.memory.errors("", 10);
    REQUIRE(page.size() == 1);
    CHECK(page[0].retry_count == failures);
    Paths wanted = co_await world.wanted({file});
    CHECK(wanted.empty());
    // 1 min, then the cap of 90 s; after the third failure never again.
    world.clock->time += failures == 1 ? 60s : 90s;
    wanted = co_await world.wanted({file});
    CHECK(wanted.size() == (failures < 3 ? 1 : 0));
  }
  const auto counts = co_await world.memory.counts();
  CHECK(counts.given_up == 1);
  const Paths changed = co_await world.wanted({file_at("b", 10, "y")});
  CHECK(changed == Paths{"b"});
  co_await world.memory.report_error(file_at("b", 10, "y"), broken);
  const auto page = co_await world.memory.errors("", 10);
  CHECK(page.at(0).retry_count == 1);
}

Task<> forgets_an_error_when_done(World& world) {
  const FileInfo file = file_at("b", 10, "x");
  co_await world.memory.report_error(file, broken);
  co_await world.memory.report_done(file);
  const auto counts = co_await world.memory.counts();
  CHECK(counts.errors == 0);
  CHECK(counts.completed == 1);
  const Paths wanted = co_await world.wanted({file});
  CHECK(wanted.empty());
}

Task<> does_not_record_what_was_cancelled(World& world) {
  const Error stopped(ErrorCode::cancelled, "upload", "b", "cancelled");
  co_await world.memory.report_error(file_at("b", 10, "x"), stopped);
  const auto counts = co_await world.memory.counts();
  CHECK(counts.errors == 0);
}

Task<> recovers_an_interrupted_overwrite(World& world) {
  const TimePoint time = world.clock->time;
  const Files before{file_at("done", 10, "in"), file_at("lost", 10, "in"),
                     file_at("other", 10, "in")};
  for (const FileInfo& file : before) {
    Fingerprint output;
    output.size = 20;
    output.etag = "out";
    co_await world.memory.intend(file, std::move(output));
  }
  auto counts = co_await world.memory.counts();
  CHECK(counts.intents == 3);
  // After the crash: one overwrite went through, one did not, and one file was replaced by others.
  const Files after{file_at("done", 20, "out", time), file_at("lost", 10, "in", time),
                    file_at("other", 21, "new", time)};
  const auto tally = std::make_shared<StatusTally>();
  const Paths wanted = co_await paths_of(world.memory.needs_processing(listed(after), tally));
  CHECK(wanted == Paths{"lost", "other"});
  CHECK(tally->recovered == 1);
  counts = co_await world.memory.counts();
  CHECK(counts.intents == 2);
  CHECK(counts.completed == 1);
  const Paths later = co_await world.wanted({after[0]});
  CHECK(later.empty());
}

Task<> keeps_hostile_paths_apart(World& world) {
  const Paths paths{"a",           "a:b", std::string("nul\0x", 5), "\xFF\xFE", "*", "%3A",
                    "日本/語.csv", "a\n"};
  Files files;
  for (const std::string& path : paths)
    files.push_back(file_at(path, 1, "t"));
  co_await world.memory.report_done(files[2]);
  co_await world.memory.report_error(files[3], broken);
  const Paths wanted = co_await world.wanted(files);
  CHECK(wanted == Paths{"a", "a:b", "*", "%3A", "日本/語.csv", "a\n"});
  const auto page = co_await world.memory.errors("", 10);
  CHECK(page.at(0).file.path == "\xFF\xFE");
}

Task<> keeps_jobs_and_roots_apart(World& world) {
  const FileInfo file = file_at("a", 1, "t");
  co_await world.memory.report_done(file);
  StatusOptions other = World::options();
  other.job = "nightly";
  other.root = " 100%:s3://bucket/in";
  StoredStatusMemory stranger(world.runtime, world.store, other);
  const Paths wanted = co_await paths_of(stranger.needs_processing(listed({file})));
  CHECK(wanted == Paths{"a"});
  const auto erased = co_await stranger.reset();
  CHECK(erased == 0);
  const auto own = co_await world.memory.reset();
  CHECK(own == 1);
}

Task<> shares_writes_among_concurrent_reports(World& world) {
  TaskGroup group(world.runtime.executor());
  for (int i = 0; i < 300; ++i) {
    FileInfo file = file_at("f" + std::to_string(i), 1, "t");
    group.spawn(i % 3 == 0 ? world.memory.report_error(std::move(file), broken)
                           : world.memory.report_done(std::move(file)));
  }
  co_await group.join();
  const auto counts = co_await world.memory.counts();
  CHECK(counts.completed == 200);
  CHECK(counts.errors == 100);
}

Task<> obeys_the_command_line(World& world) {
  const Files files{file_at("a", 1, "t"), file_at("b", 1, "t"), file_at("c", 1, "t")};
  for (const FileInfo& file : files)
    co_await world.memory.report_error(file, broken);
  auto page = co_await world.memory.errors("a", 1);
  CHECK(page.at(0).file == files[1]);
  CHECK(page.at(0).code == ErrorCode::network);
  CHECK(page.at(0).error.find("network timeout during upload") != std::string::npos);
  const auto retried = co_await world.memory.retry_now();
  CHECK(retried == 3);
  Paths wanted = co_await world.wanted(files);
  CHECK(wanted == Paths{"a", "b", "c"});
  co_await world.memory.report_error(files[0], broken);
  co_await world.memory.forget({"a", "b"});
  page = co_await world.memory.errors("", 9);
  CHECK(page.size() == 1);
  co_await world.memory.report_done(files[1]);
  const auto erased = co_await world.memory.reset();
  CHECK(erased == 2);
}

/// As other programs see it: the users' keys and values.
Task<> stores_the_documented_format(World& world) {
  const TimePoint time = world.clock->time;
  co_await world.memory.report_done(file_at("in/file.txt", 1024, "", time));
  const std::string prefix = "sluice:nightly%3A 100%25:s3%3A//bucket/in:";
  auto pairs = co_await world.store->scan("", "", 9);
  REQUIRE(pairs.size() == 1);
  CHECK(pairs[0].key == prefix + "completed:in/file.txt");
  CHECK(pairs[0].value == R"({"name":"file.txt","size":1024,"mod_time":"2025-05-28T10:00:00Z",)"
                          R"("processed_at":"2025-05-28T10:00:00Z"})");
  co_await world.memory.forget({"in/file.txt"});
  co_await world.memory.report_error(file_at("b", 2, "tag"), broken);
  pairs = co_await world.store->scan("", "", 9);
  REQUIRE(pairs.size() == 1);
  CHECK(pairs[0].key == prefix + "error:b");
  CHECK(pairs[0].value == R"({"file":{"name":"b","size":2,"path":"b","etag":"tag"},)"
                          R"("error":"upload b: network timeout during upload","code":"network",)"
                          R"("timestamp":"2025-05-28T10:00:00Z","retry_count":1})");
}

using Check = Task<> (*)(World&);

Task<> open_and_check(Runtime& runtime, OpenStore open, std::shared_ptr<ManualClock> clock,
                      Check check) {
  std::shared_ptr<KeyValueStore> store = co_await open(runtime);
  {
    World world(runtime, std::move(clock), store);
    co_await check(world);
  }
  co_await store->close();
}

void check_one(const OpenStore& open, Check check) {
  const auto clock = std::make_shared<ManualClock>();
  sluice::test::run([&](Runtime& runtime) { return open_and_check(runtime, open, clock, check); },
                    with_clock(clock));
}

}  // namespace

void check_status_contract(const OpenStore& open) {
  SUBCASE("a second scan finds nothing to do") {
    check_one(open, finds_nothing_to_do_the_second_time);
  }
  SUBCASE("what changed is processed") {
    check_one(open, processes_what_changed);
  }
  SUBCASE("errors are tried again when due, and given up") {
    check_one(open, tries_errors_again_when_due);
  }
  SUBCASE("a file that is done has no error") {
    check_one(open, forgets_an_error_when_done);
  }
  SUBCASE("a cancelled file is no failure") {
    check_one(open, does_not_record_what_was_cancelled);
  }
  SUBCASE("an interrupted overwrite is recovered") {
    check_one(open, recovers_an_interrupted_overwrite);
  }
  SUBCASE("hostile paths stay apart") {
    check_one(open, keeps_hostile_paths_apart);
  }
  SUBCASE("jobs and roots stay apart") {
    check_one(open, keeps_jobs_and_roots_apart);
  }
  SUBCASE("concurrent reports are all remembered") {
    check_one(open, shares_writes_among_concurrent_reports);
  }
  SUBCASE("errors are listed, retried and forgotten") {
    check_one(open, obeys_the_command_line);
  }
  SUBCASE("keys and values are the documented ones") {
    check_one(open, stores_the_documented_format);
  }
}

}  // namespace sluice::state::test
