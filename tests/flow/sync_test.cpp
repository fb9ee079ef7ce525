#include "sluice/flow/sync.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "flow/sync_compare.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/fs/memory_fs.hpp"
#include "support/forwarding_fs.hpp"
#include "support/manual_clock.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint monday{std::chrono::seconds(1'750'000'000)};

struct Sides {
  explicit Sides(Runtime& runtime, MemoryFsOptions from_options = {},
                 MemoryFsOptions to_options = {})
      : from(runtime, std::move(from_options)), to(runtime, std::move(to_options)) {}
  MemoryFs from, to;
};

// Sees what a sync did, by path.
struct Seen {
  std::set<std::string> copied, removed;

  SyncOptions options() {
    SyncOptions options;
    options.concurrency = {.least = 4, .start = 4, .most = 4};
    options.on_action = [this](const SyncAction& action) {
      if (action.kind == SyncAction::Kind::copy) copied.insert(action.path);
      if (action.kind == SyncAction::Kind::remove) removed.insert(action.path);
    };
    return options;
  }
};

using Names = std::set<std::string>;

Task<SyncReport> run_sync(Runtime& runtime, Sides& sides, SyncOptions options) {
  co_return co_await sync(runtime, runtime.context(), sides.from, sides.to, std::move(options));
}

Error broken_listing() {
  return Error(ErrorCode::network, "list", "memory:", "the connection broke");
}

// Fails the n-th batch of a walk.
MemoryFsOptions failing_walk(int batch, std::size_t batch_size) {
  MemoryFsOptions options;
  options.batch = batch_size;
  options.before = [batch, seen = 0](std::string_view operation, std::string_view) mutable {
    if (operation == "walk" && ++seen == batch) throw broken_listing();
  };
  return options;
}

}  // namespace

TEST_CASE("sync: copies what is missing or differs, and a second run finds nothing to do") {
  test::run([](Runtime& runtime) -> Task<> {
    Sides sides(runtime);
    sides.from.put("a", "1", monday);
    sides.from.put("a-b", "22", monday);
    sides.from.put("a/b", "333", monday);
    sides.from.put("same", "x", monday);
    sides.to.put("same", "x", monday);
    sides.to.put("a/b", "old", monday - 1h);
    Seen first;
    const SyncReport report = co_await run_sync(runtime, sides, first.options());
    CHECK(first.copied == Names{"a", "a-b", "a/b"});
    CHECK(report.progress.done == 3);
    CHECK(report.progress.skipped == 1);
    CHECK(report.progress.bytes == 6);
    CHECK(sides.to.text_of("a/b") == "333");
    Seen second;
    const SyncReport again = co_await run_sync(runtime, sides, second.options());
    CHECK(second.copied.empty());
    CHECK(again.progress.skipped == 4);
  });
}

TEST_CASE("sync: size-only, checksum and ignore-existing decide as their names say") {
  test::run([](Runtime& runtime) -> Task<> {
    Sides sides(runtime);
    sides.from.put("touched", "same bytes", monday + 1h);
    sides.to.put("touched", "same bytes", monday);
    sides.from.put("changed", "new bytes!", monday);
    sides.to.put("changed", "old bytes!", monday);
    Seen by_size, by_checksum, existing;
    SyncOptions options = by_size.options();
    options.dry_run = true;
    options.compare = Compare::size_only;
    co_await run_sync(runtime, sides, options);
    CHECK(by_size.copied.empty());
    options = by_checksum.options();
    options.dry_run = true;
    options.compare = Compare::checksum;
    const SyncReport report = co_await run_sync(runtime, sides, options);
    CHECK(by_checksum.copied == Names{"changed"});
    CHECK(report.would_copy_bytes == 10);
    CHECK(sides.to.text_of("changed") == "old bytes!");
    options = existing.options();
    options.ignore_existing = true;
    co_await run_sync(runtime, sides, options);
    CHECK(existing.copied.empty());
  });
}

TEST_CASE("sync: a source with whole seconds may have changed in the second of its last copy") {
  FileInfo source, destination;
  source.mtime = monday;
  Capabilities store;
  store.sets_mtime = false;
  store.mtime_precision = 1s;
  const auto likeness = [&](TimePoint copied, const Capabilities& from) {
    destination.mtime = copied;
    return compare_listed(source, from, destination, store, Compare::size_and_time).likeness;
  };
  CHECK(likeness(monday, store) == Likeness::differs);
  CHECK(likeness(monday + 1s, store) == Likeness::same);
  CHECK(likeness(monday, Capabilities{}) == Likeness::same);
}

TEST_CASE("sync --delete: extras go last, what filters exclude stays") {
  test::run([](Runtime& runtime) -> Task<> {
    Sides sides(runtime);
    sides.from.put("keep.csv", "1", monday);
    sides.from.put("small.csv", "", monday);
    sides.to.put("extra.csv", "x", monday);
    sides.to.put("notes.txt", "excluded", monday);
    sides.to.put("small.csv", "", monday - 1h);
    sides.to.put("tiny.csv", "", monday);
    Seen seen;
    SyncOptions options = seen.options();
    options.delete_extra = true;
    options.walk.include = {"**/*.csv"};
    options.filter.min_size = 1;
    const SyncReport report = co_await run_sync(runtime, sides, options);
    CHECK(seen.copied == Names{"keep.csv"});
    CHECK(seen.removed == Names{"extra.csv"});
    CHECK(report.progress.deleted == 1);
    CHECK(sides.to.text_of("notes.txt") == "excluded");
    CHECK(sides.to.text_of("small.csv") ==
          "");  // the size filter protects it, though the source differs
    CHECK(sides.to.text_of("tiny.csv") == "");
  });
}

TEST_CASE("sync --delete: --max-delete withholds every deletion and is a failure") {
  test::run([](Runtime& runtime) -> Task<> {
    Sides sides(runtime);
    sides.from.put("a", "1", monday);
    for (int i = 0; i < 5; ++i)
      sides.to.put("x" + std::to_string(i), "x", monday);
    Seen seen;
    SyncOptions options = seen.options();
    options.delete_extra = true;
    options.max_delete = 4;
    const SyncReport report = co_await run_sync(runtime, sides, options);
    CHECK(report.deletions_withheld == 5);
    CHECK(report.failures.count() == 1);
    CHECK(sides.to.size() == 6);
  });
}

TEST_CASE("sync --delete: an empty source deletes nothing unless --max-delete says how many") {
  test::run([](Runtime& runtime) -> Task<> {
    Sides sides(runtime);
    sides.to.put("a", "1", monday);
    sides.to.put("b", "1", monday);
    Seen seen;
    SyncOptions options = seen.options();
    options.delete_extra = true;
    const SyncReport refused = co_await run_sync(runtime, sides, options);
    CHECK(refused.deletions_withheld == 2);
    CHECK(sides.to.size() == 2);
    options.max_delete = 2;
    const SyncReport meant = co_await run_sync(runtime, sides, options);
    CHECK(meant.progress.deleted == 2);
    CHECK(sides.to.size() == 0);
  });
}

TEST_CASE("sync --delete: a listing that breaks off half-way, on either side, deletes nothing") {
  for (const bool source_breaks : {true, false}) {
    CAPTURE(source_breaks);
    test::run([source_breaks](Runtime& runtime) -> Task<> {
      Sides sides(runtime, source_breaks ? failing_walk(3, 2) : MemoryFsOptions{},
                  source_breaks ? MemoryFsOptions{} : failing_walk(3, 2));
      for (int i = 0; i < 10; ++i) {
        sides.from.put("f" + std::to_string(i), "1", monday);
        sides.to.put("f" + std::to_string(i), "1", monday);
        sides.to.put("g" + std::to_string(i), "1", monday);
        sides.to.put("a" + std::to_string(i), "1", monday);
      }
      Seen seen;
      SyncOptions options = seen.options();
      options.delete_extra = true;
      const SyncReport report = co_await run_sync(runtime, sides, options);
      CHECK_FALSE(report.listing_complete);
      CHECK(report.failures.count() >= 1);
      CHECK(seen.removed.empty());
      CHECK(sides.to.size() == 30);
    });
  }
}

namespace {

class OutOfOrder final : public FileStream {
 public:
  Task<std::optional<FileBatch>> next() override {
    if (given_) co_return std::nullopt;
    given_ = true;
    for (const char* name : {"b", "a"}) {
      FileInfo file;
      file.path = name;
      files_.push_back(file);
    }
    co_return FileBatch{.files = files_, .failures = {}};
  }

 private:
  std::vector<FileInfo> files_;
  bool given_ = false;
};

// A file system whose walk lies about its order.
class LyingFs final : public test::ForwardingFs {
 public:
  using ForwardingFs::ForwardingFs;
  std::unique_ptr<FileStream> walk(OpContext, std::string, WalkOptions) override {
    return std::make_unique<OutOfOrder>();
  }
  std::string describe() const override { return "lying:"; }
};

}  // namespace

TEST_CASE("sync --delete: a listing out of order is a protocol error and deletes nothing") {
  test::run([](Runtime& runtime) -> Task<> {
    MemoryFs real(runtime, {}), to(runtime, {});
    real.put("a", "1", monday);
    real.put("b", "1", monday);
    to.put("a", "1", monday);
    to.put("z", "1", monday);
    LyingFs from(real);
    Seen seen;
    SyncOptions options = seen.options();
    options.delete_extra = true;
    const SyncReport report = co_await sync(runtime, runtime.context(), from, to, options);
    REQUIRE(report.failures.count() >= 1);
    CHECK(report.failures.list().front().error.code() == ErrorCode::protocol);
    CHECK(to.size() >= 2);
    CHECK(to.text_of("z") == "1");
  });
}

TEST_CASE("sync: one file's failure does not stop the others and is named") {
  test::run([](Runtime& runtime) -> Task<> {
    MemoryFsOptions failing;
    failing.before = [](std::string_view operation, std::string_view path) {
      if (operation == "read" && path == "f3")
        throw Error(ErrorCode::permission_denied, "read", "f3", "no");
    };
    Sides sides(runtime, failing);
    for (int i = 0; i < 10; ++i)
      sides.from.put("f" + std::to_string(i), "1", monday);
    Seen seen;
    const SyncReport report = co_await run_sync(runtime, sides, seen.options());
    CHECK(report.progress.done == 9);
    REQUIRE(report.failures.count() == 1);
    CHECK(report.failures.list().front().path == "f3");
    CHECK(report.failures.list().front().error.code() == ErrorCode::permission_denied);
    CHECK_FALSE(sides.to.text_of("f3"));
  });
}

TEST_CASE("sync --max-errors: stops asking for more") {
  test::run([](Runtime& runtime) -> Task<> {
    MemoryFsOptions failing;
    failing.before = [](std::string_view operation, std::string_view) {
      if (operation == "open") throw Error(ErrorCode::permission_denied, "open", "", "no");
    };
    Sides sides(runtime, failing);
    for (int i = 0; i < 1000; ++i)
      sides.from.put("f" + std::to_string(i), "1", monday);
    Seen seen;
    SyncOptions options = seen.options();
    options.max_errors = 10;
    const SyncReport report = co_await run_sync(runtime, sides, options);
    CHECK(report.stopped);
    CHECK(report.progress.failed >= 11);
    CHECK(report.progress.failed < 30);
  });
}

TEST_CASE("sync: stop_requested lets running files finish and begins none") {
  test::run([](Runtime& runtime) -> Task<> {
    Sides sides(runtime);
    for (int i = 0; i < 100; ++i)
      sides.from.put("f" + std::to_string(i), "1", monday);
    Seen seen;
    SyncOptions options = seen.options();
    options.stop_requested = [&seen] { return seen.copied.size() >= 10; };
    options.delete_extra = true;
    sides.to.put("z", "extra", monday);
    const SyncReport report = co_await run_sync(runtime, sides, options);
    CHECK(report.stopped);
    CHECK(seen.copied.size() < 20);
    CHECK(sides.to.size() == seen.copied.size() + 1);  // nothing half-done, nothing deleted
  });
}

TEST_CASE("copy_named: copies the named files and reports the missing ones") {
  test::run([](Runtime& runtime) -> Task<> {
    Sides sides(runtime);
    sides.from.put("a", "1", monday);
    sides.from.put("b", "2", monday);
    std::vector<std::string> names{"b", "nowhere"};
    auto next = [&names]() -> Task<std::optional<std::string>> {
      if (names.empty()) co_return std::nullopt;
      std::string name = names.front();
      names.erase(names.begin());
      co_return name;
    };
    Seen seen;
    const SyncReport report =
        co_await copy_named(runtime, runtime.context(), sides.from, next, sides.to, seen.options());
    CHECK(seen.copied == Names{"b"});
    REQUIRE(report.failures.count() == 1);
    CHECK(report.failures.list().front().path == "nowhere");
    CHECK(report.failures.list().front().error.code() == ErrorCode::not_found);
  });
}

TEST_CASE("sync --delete: a failed look-up of a deferred file is that file's failure") {
  test::run([](Runtime& runtime) -> Task<> {
    // The first write of each file meets a conflict, so that it waits for the deletions.
    MemoryFsOptions to_options, from_options;
    to_options.before = [met = std::set<std::string, std::less<>>()](
                            std::string_view operation, std::string_view path) mutable {
      if (operation == "commit" && met.insert(std::string(path)).second)
        throw Error(ErrorCode::conflict, "write", std::string(path), "a directory is in the way");
    };
    from_options.before = [](std::string_view operation, std::string_view path) {
      if (operation == "find" && path == "b")
        throw Error(ErrorCode::network, "find", "b", "the connection broke");
    };
    Sides sides(runtime, from_options, to_options);
    for (const char* name : {"a", "b", "c"})
      sides.from.put(name, "1", monday);
    Seen seen;
    SyncOptions options = seen.options();
    options.delete_extra = true;
    const SyncReport report = co_await run_sync(runtime, sides, options);
    CHECK(seen.copied == Names{"a", "c"});
    REQUIRE(report.failures.count() == 1);
    CHECK(report.failures.list().front().path == "b");
    CHECK(report.failures.list().front().error.code() == ErrorCode::network);
    CHECK(report.progress.bytes == 2);
  });
}

TEST_CASE("sync: the bytes of files that failed half-way do not count") {
  test::run([](Runtime& runtime) -> Task<> {
    MemoryFsOptions failing;
    failing.before = [](std::string_view operation, std::string_view) {
      if (operation == "commit") throw Error(ErrorCode::no_space, "write", "", "full");
    };
    Sides sides(runtime, {}, failing);
    for (const char* name : {"a", "b", "c"})
      sides.from.put(name, "22", monday);
    Seen seen;
    const SyncReport report = co_await run_sync(runtime, sides, seen.options());
    CHECK(report.progress.failed == 3);
    CHECK(report.progress.bytes == 0);
  });
}

TEST_CASE("sync: a store that is not there ends the run at once") {
  test::run([](Runtime& runtime) -> Task<> {
    MemoryFsOptions missing;
    int creations = 0;
    missing.before = [&creations](std::string_view operation, std::string_view) {
      if (operation == "create") ++creations;
      throw Error(ErrorCode::not_found, "list", "s3://nowhere/", "no such bucket");
    };
    Sides sides(runtime, {}, missing);
    for (int i = 0; i < 100; ++i)
      sides.from.put("f" + std::to_string(i), "1", monday);
    Seen seen;
    const SyncReport report = co_await run_sync(runtime, sides, seen.options());
    CHECK_FALSE(report.listing_complete);
    REQUIRE(report.failures.count() == 1);
    CHECK(report.failures.list().front().error.code() == ErrorCode::not_found);
    CHECK(creations == 0);
  });
}

namespace {

Task<> keep_report(Runtime& runtime, Sides& sides, SyncOptions options,
                   std::optional<SyncReport>& report) {
  report = co_await run_sync(runtime, sides, std::move(options));
}

}  // namespace

TEST_CASE("sync: a cancelled run still reports what it did, and deletes nothing") {
  test::run([](Runtime& runtime) -> Task<> {
    Sides sides(runtime);
    for (int i = 0; i < 100; ++i)
      sides.from.put("f" + std::to_string(i), "1", monday);
    sides.to.put("z", "extra", monday);
    Seen seen;
    TaskGroup group(runtime.executor());
    SyncOptions options = seen.options();
    options.delete_extra = true;
    options.on_action = [&group, note = options.on_action](const SyncAction& action) {
      note(action);
      if (action.path == "f30") group.cancel();
    };
    std::optional<SyncReport> report;
    group.spawn(keep_report(runtime, sides, std::move(options), report));
    co_await group.join();
    REQUIRE(report);
    CHECK(report->stopped);
    CHECK(report->progress.done == seen.copied.size());
    CHECK(seen.copied.contains("f30"));
    CHECK(report->progress.done < 100);
    CHECK(report->progress.in_flight == 0);
    CHECK(report->failures.count() == 0);
    CHECK(sides.to.text_of("z") == "extra");
  });
}
