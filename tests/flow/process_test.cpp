#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "sluice/async/offload.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/flow/processing_workflow.hpp"
#include "sluice/fs/memory_fs.hpp"
#include "sluice/state/memory_store.hpp"
#include "support/forwarding_fs.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

// Appends a line: a step that is not idempotent, so that any second run of it shows.
Task<> append_line(OpContext, LocalFile in, LocalFile out) {
  std::ifstream source(in.path, std::ios::binary);
  std::ofstream(out.path, std::ios::binary) << source.rdbuf() << "processed\n";
  co_return;
}

Task<> leave_as_it_is(OpContext, LocalFile, LocalFile) {
  co_return;
}

Task<> refuse_b(OpContext context, LocalFile in, LocalFile out) {
  if (in.info.path == "b.csv")
    throw Error(ErrorCode::invalid_input, "process", "b.csv", "broken row");
  co_await append_line(std::move(context), std::move(in), std::move(out));
}

struct Bench {
  explicit Bench(Runtime& loop, MemoryFsOptions options = {})
      : runtime(loop),
        files(loop, std::move(options)),
        store(make_memory_store()),
        memory(loop, store, status()) {}

  StatusOptions status() {
    StatusOptions options;
    options.job = "test";
    options.root = "memory:";
    options.policy.retry.base = 0s;
    options.checksum_of = make_checksum_of(files, runtime.context());
    return options;
  }

  ProcessOptions process(ProcessStep step) {
    ProcessOptions options;
    options.step = std::move(step);
    options.concurrency = {.least = 3, .start = 3, .most = 3};
    options.temporary_directory = directory.path();
    return options;
  }

  Task<std::uint64_t> scan() {
    ProcessingWorkflow workflow(runtime, files, memory);
    ScanOptions options;
    options.walk.include = {"**/*.csv"};
    options.backlog = backlog;
    const ScanReport report = co_await workflow.scan_and_filter(runtime.context(), options);
    co_return report.backlog.files;
  }

  Task<ProcessReport> run(ProcessStep step) {
    ProcessingWorkflow workflow(runtime, files, memory);
    const auto work = co_await open_backlog_work(runtime, backlog);
    co_return co_await workflow.process_files(runtime.context(), *work, process(std::move(step)));
  }

  Runtime& runtime;
  test::TemporaryDirectory directory;
  std::filesystem::path backlog = directory.path() / "backlog.json.gz";
  MemoryFs files;
  std::shared_ptr<KeyValueStore> store;
  StoredStatusMemory memory;
};

class Lines final : public LineWriter {
 public:
  void write_line(std::string_view line) override { all_.emplace_back(line); }
  /// Whether a line has both texts.
  bool find(std::string_view one, std::string_view other) const {
    return std::any_of(all_.begin(), all_.end(), [&](const std::string& line) {
      return line.find(one) != std::string::npos && line.find(other) != std::string::npos;
    });
  }

 private:
  std::vector<std::string> all_;
};

std::size_t entries(const std::filesystem::path& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory), {}));
}

}  // namespace

TEST_CASE("batch: processes in place, once; a second run finds nothing to do") {
  test::run([](Runtime& runtime) -> Task<> {
    Bench bench(runtime);
    for (int i = 0; i < 20; ++i)
      bench.files.put("d/" + std::to_string(i) + ".csv", "row\n");
    bench.files.put("d/other.txt", "row\n");
    CHECK(co_await bench.scan() == 20);
    const ProcessReport report = co_await bench.run(append_line);
    CHECK(report.progress.done == 20);
    CHECK(report.progress.total_files == 20);
    CHECK(report.failures.count() == 0);
    CHECK(bench.files.text_of("d/7.csv") == "row\nprocessed\n");
    CHECK(bench.files.text_of("d/other.txt") == "row\n");
    CHECK(entries(bench.directory.path()) == 1);  // only the backlog: no temporary is left

    const ProcessReport same_backlog = co_await bench.run(append_line);
    CHECK(same_backlog.progress.done == 0);
    CHECK(same_backlog.progress.skipped == 20);
    CHECK(bench.files.text_of("d/7.csv") == "row\nprocessed\n");

    CHECK(co_await bench.scan() == 0);
    bench.files.put("d/7.csv", "a new version\n");
    CHECK(co_await bench.scan() == 1);
  });
}

TEST_CASE("batch: a scan tells how far it is") {
  test::run([](Runtime& runtime) -> Task<> {
    MemoryFsOptions small;
    small.batch = 4;
    Bench bench(runtime, small);
    for (int i = 0; i < 10; ++i)
      bench.files.put(std::to_string(i) + ".csv", "row\n");
    co_await bench.memory.report_done(*co_await bench.files.find(runtime.context(), "2.csv", {}));
    auto told = std::make_shared<std::vector<Progress>>();
    ScanOptions options;
    options.backlog = bench.backlog;
    options.on_progress = [told](const Progress& progress) { told->push_back(progress); };
    ProcessingWorkflow workflow(runtime, bench.files, bench.memory);
    co_await workflow.scan_and_filter(runtime.context(), options);
    REQUIRE(told->size() >= 3);
    CHECK(told->front().done == 3);
    CHECK(told->front().skipped == 1);
    CHECK(told->back().done == 9);
    CHECK(told->back().skipped == 1);
  });
}

TEST_CASE("batch: one failure is remembered, retried by a later scan, and stops nobody") {
  test::run([](Runtime& runtime) -> Task<> {
    Bench bench(runtime);
    for (const char* name : {"a.csv", "b.csv", "c.csv"})
      bench.files.put(name, "row\n");
    co_await bench.scan();
    const ProcessReport report = co_await bench.run(refuse_b);
    CHECK(report.progress.done == 2);
    REQUIRE(report.failures.count() == 1);
    CHECK(report.failures.list().front().path == "b.csv");
    const StatusCounts counts = co_await bench.memory.counts();
    CHECK(counts.completed == 2);
    CHECK(counts.errors == 1);
    CHECK(bench.files.text_of("b.csv") == "row\n");
    CHECK(co_await bench.scan() == 1);
    const ProcessReport second = co_await bench.run(append_line);
    CHECK(second.progress.done == 1);
    CHECK((co_await bench.memory.counts()).errors == 0);
  });
}

namespace {

// As S3: the server sets the mtime, and a download tells it in whole seconds.
class CoarseDownloads final : public test::ForwardingFs {
 public:
  using ForwardingFs::ForwardingFs;
  Task<FileInfo> download(OpContext context, std::string path, std::filesystem::path local,
                          ReadOptions options) override {
    FileInfo file = co_await inner_.download(context, path, local, options);
    file.mtime = std::chrono::floor<std::chrono::seconds>(*file.mtime);
    co_return file;
  }
  Capabilities capabilities() const override {
    Capabilities can = inner_.capabilities();
    can.sets_mtime = false;
    return can;
  }
};

Task<StatusTally> scan_of(Runtime& runtime, Bench& bench, FileSystem& files, StatusMemory& memory) {
  ProcessingWorkflow workflow(runtime, files, memory);
  ScanOptions options;
  options.backlog = bench.backlog;
  const ScanReport report = co_await workflow.scan_and_filter(runtime.context(), options);
  co_return report.tally;
}

}  // namespace

TEST_CASE("batch: a failed object waits for its time, though a download tells its mtime coarsely") {
  test::run([](Runtime& runtime) -> Task<> {
    Bench bench(runtime);
    CoarseDownloads files(bench.files);
    StatusOptions status = bench.status();
    status.policy.retry.base = 1h;
    StoredStatusMemory memory(runtime, bench.store, status);
    for (const char* name : {"a.csv", "b.csv"})
      bench.files.put(name, "row\n", TimePoint(1'700'000'000s + 123ms));
    co_await scan_of(runtime, bench, files, memory);
    {
      ProcessingWorkflow workflow(runtime, files, memory);
      const auto work = co_await open_backlog_work(runtime, bench.backlog);
      co_await workflow.process_files(runtime.context(), *work, bench.process(refuse_b));
    }
    const StatusTally tally = co_await scan_of(runtime, bench, files, memory);
    CHECK(tally.skipped == 1);
    CHECK(tally.waiting == 1);
    CHECK(tally.process == 0);
  });
}

TEST_CASE("batch: a scan that shall follow or keep symbolic links is refused") {
  for (const Symlinks links : {Symlinks::follow, Symlinks::keep}) {
    const test::TemporaryDirectory directory;
    const auto refused = test::error_of([&](Runtime& runtime) {
      return [](Runtime& world, Symlinks how, std::filesystem::path backlog) -> Task<> {
        Bench bench(world);
        ScanOptions options;
        options.walk.symlinks = how;
        options.backlog = std::move(backlog);
        ProcessingWorkflow workflow(world, bench.files, bench.memory);
        co_await workflow.scan_and_filter(world.context(), options);
      }(runtime, links, directory / "backlog.json.gz");
    });
    REQUIRE(refused);
    CHECK(refused->code() == ErrorCode::invalid_input);
    CHECK(entries(directory.path()) == 0);
  }
}

TEST_CASE("batch: output equal to the input is remembered without an upload") {
  test::run([](Runtime& runtime) -> Task<> {
    int uploads = 0;
    MemoryFsOptions options;
    options.before = [&uploads](std::string_view operation, std::string_view) {
      if (operation == "upload") ++uploads;
    };
    Bench bench(runtime, options);
    bench.files.put("a.csv", "row\n");
    co_await bench.scan();
    const ProcessReport report = co_await bench.run(leave_as_it_is);
    CHECK(report.unchanged == 1);
    CHECK(uploads == 0);
    CHECK(co_await bench.scan() == 0);
  });
}

TEST_CASE(
    "batch: a file that changes while it is processed is not overwritten and waits for the next "
    "scan") {
  test::run([](Runtime& runtime) -> Task<> {
    Bench bench(runtime);
    bench.files.put("a.csv", "row\n");
    co_await bench.scan();
    MemoryFs& files = bench.files;
    auto change_and_append = [&files](OpContext context, LocalFile in, LocalFile out) {
      files.put("a.csv", "somebody else's\n");
      return append_line(std::move(context), std::move(in), std::move(out));
    };
    const ProcessReport report = co_await bench.run(change_and_append);
    REQUIRE(report.failures.count() == 1);
    CHECK(report.failures.list().front().error.code() == ErrorCode::conflict);
    CHECK(bench.files.text_of("a.csv") == "somebody else's\n");
    CHECK(co_await bench.scan() == 1);
  });
}

TEST_CASE(
    "batch: a crash between the overwrite and its being remembered does not feed a step its own "
    "output") {
  test::run([](Runtime& runtime) -> Task<> {
    Bench bench(runtime);
    bench.files.put("a.csv", "row\n");
    bench.files.put("b.csv", "row\n");
    CHECK(co_await bench.scan() == 2);
    {
      // What is there when the process dies at the worst moment: the intent and the new content,
      // but no memory of it.
      Bench& crashed = bench;
      FileInfo before = *(co_await crashed.files.find(runtime.context(), "a.csv", {}));
      crashed.files.put("a.csv", "row\nprocessed\n");
      FileInfo after = *(co_await crashed.files.find(runtime.context(), "a.csv", {}));
      const auto checksum =
          co_await make_checksum_of(crashed.files, runtime.context())(after, "crc64nvme");
      REQUIRE(checksum);
      Fingerprint output;
      output.size = after.size;
      output.checksum_algorithm = "crc64nvme";
      output.checksum = *checksum;
      co_await crashed.memory.intend(before, output);
    }
    const ProcessReport report = co_await bench.run(append_line);  // the old backlog again
    CHECK(report.progress.done == 1);
    CHECK(report.progress.skipped == 1);
    CHECK(bench.files.text_of("a.csv") == "row\nprocessed\n");
    CHECK(bench.files.text_of("b.csv") == "row\nprocessed\n");
    CHECK(co_await bench.scan() == 0);
  });
}

TEST_CASE(
    "batch: a file in doubt that cannot be checked is a failure, and the step does not see it") {
  test::run([](Runtime& runtime) -> Task<> {
    bool broken = false;
    MemoryFsOptions options;
    options.before = [&broken](std::string_view operation, std::string_view path) {
      if (broken && operation == "find" && path == "a.csv")
        throw Error(ErrorCode::permission_denied, "find", "a.csv", "denied");
    };
    Bench bench(runtime, options);
    bench.files.put("a.csv", "row\n");
    bench.files.put("b.csv", "row\n");
    CHECK(co_await bench.scan() == 2);
    Fingerprint output;
    output.size = 14;
    output.checksum_algorithm = "crc64nvme";
    output.checksum = "unknown";
    const FileInfo before = *(co_await bench.files.find(runtime.context(), "a.csv", {}));
    co_await bench.memory.intend(before, output);
    bench.files.put("a.csv", "row\nprocessed\n");
    broken = true;
    const ProcessReport report = co_await bench.run(append_line);
    CHECK(report.progress.done == 1);
    REQUIRE(report.failures.count() == 1);
    CHECK(report.failures.list().front().path == "a.csv");
    CHECK(bench.files.text_of("a.csv") == "row\nprocessed\n");
    CHECK(co_await bench.scan() == 0);
  });
}

TEST_CASE("batch --max-errors: stops taking work") {
  test::run([](Runtime& runtime) -> Task<> {
    Bench bench(runtime);
    for (int i = 0; i < 200; ++i)
      bench.files.put(std::to_string(i) + ".csv", "row\n");
    co_await bench.scan();
    auto failing = [](OpContext, LocalFile, LocalFile) -> Task<> {
      throw Error(ErrorCode::internal, "process", "", "no");
    };
    ProcessOptions options = bench.process(failing);
    options.max_errors = 5;
    ProcessingWorkflow workflow(runtime, bench.files, bench.memory);
    const auto work = co_await open_backlog_work(runtime, bench.backlog);
    const ProcessReport report = co_await workflow.process_files(runtime.context(), *work, options);
    CHECK(report.stopped);
    CHECK(report.progress.failed < 20);
  });
}

TEST_CASE("workflow: set_logger reaches the status memory, whose lines name themselves") {
  test::run([](Runtime& runtime) -> Task<> {
    Bench bench(runtime);
    const auto lines = std::make_shared<Lines>();
    const Logger logger(make_line_sink(lines, LogFormat::json), runtime.shared_clock(),
                        LogLevel::info);
    ProcessingWorkflow workflow(runtime, bench.files, bench.memory);
    workflow.set_logger(logger);
    // An overwrite that went through before a crash: the memory tells of it.
    const FileInfo before = bench.files.put("a.csv", "row\n");
    const FileInfo after = bench.files.put("a.csv", "row\nprocessed\n");
    co_await bench.memory.intend(before, fingerprint_of(after));
    ScanOptions options;
    options.backlog = bench.backlog;
    const ScanReport report = co_await workflow.scan_and_filter(runtime.context(), options);
    CHECK(report.tally.recovered == 1);
    CHECK(lines->find("had gone through",
                      R"("component":"status_memory","backend":"memory","file":"a.csv")"));
    CHECK(lines->find("\"Scanned\"", R"("component":"workflow")"));
  });
}

TEST_CASE("command step: runs the program, and its last words become the error") {
  test::run([](Runtime& runtime) -> Task<> {
    Bench bench(runtime);
    bench.files.put("a.csv", "row\n");
    bench.files.put("b.csv", "bad\n");
    co_await bench.scan();
    CommandStep command;
    command.command =
        "if grep -q bad {in}; then echo 'row 1 is bad' >&2; exit 7; fi; tr a-z A-Z < {in} > {out}";
    command.shell = true;
    const ProcessReport report = co_await bench.run(make_command_step(runtime, command));
    CHECK(bench.files.text_of("a.csv") == "ROW\n");
    REQUIRE(report.failures.count() == 1);
    const std::string what = report.failures.list().front().error.what();
    CHECK(what.find("exit code 7") != std::string::npos);
    CHECK(what.find("row 1 is bad") != std::string::npos);
  });
}

TEST_CASE("batch: each file has directories and its own name in them, also an awkward one") {
  test::run([](Runtime& runtime) -> Task<> {
    Bench bench(runtime);
    const std::string longest = std::string(251, 'n') + ".csv";
    const std::string too_long = std::string(400, 'n') + ".csv";
    for (const std::string& name :
         {std::string("a/x.csv"), std::string("b/x.csv"), "c/" + longest, "d/" + too_long})
      bench.files.put(name, "row\n");
    co_await bench.scan();
    std::map<std::string, LocalFile> ins, outs;
    auto note_and_append = [&ins, &outs](OpContext context, LocalFile in, LocalFile out) {
      CHECK(std::filesystem::is_directory(out.path.parent_path()));
      CHECK_FALSE(std::filesystem::exists(out.path));
      ins.emplace(in.info.path, in);
      outs.emplace(in.info.path, out);
      return append_line(std::move(context), std::move(in), std::move(out));
    };
    const ProcessReport report = co_await bench.run(note_and_append);
    CHECK(report.progress.done == 4);
    std::set<std::filesystem::path> directories;
    for (const auto& files : {ins, outs}) {
      for (const auto& [path, file] : files) {
        directories.insert(file.path.parent_path());
        CHECK(file.path.extension() == ".csv");
      }
      CHECK(files.at("a/x.csv").path.filename() == "x.csv");
    }
    CHECK(directories.size() == 8);
    CHECK(entries(bench.directory.path()) == 1);  // only the backlog
  });
}

TEST_CASE("command step: steps with one scratch name do not meet") {
  test::run([](Runtime& runtime) -> Task<> {
    Bench bench(runtime);
    for (int i = 0; i < 9; ++i)
      bench.files.put(std::to_string(i) + ".csv", std::to_string(i));
    co_await bench.scan();
    CommandStep command;
    command.command = "cp {in} scratch; sleep 0.05; cat scratch > {out}; echo ' done' >> {out}";
    command.shell = true;
    const ProcessReport report = co_await bench.run(make_command_step(runtime, command));
    CHECK(report.progress.done == 9);
    for (int i = 0; i < 9; ++i)
      CHECK(bench.files.text_of(std::to_string(i) + ".csv") == std::to_string(i) + " done\n");
  });
}

namespace {

// One that cannot be written any more when the run ends.
class BrokenJournal final : public TemporaryJournal {
 public:
  Task<void> record(Temporary) override { co_return; }
  void forget(const Temporary&) override {
    throw Error(ErrorCode::no_space, "write", "journal", "the disk is full");
  }
  Task<std::vector<Temporary>> orphans() override { co_return std::vector<Temporary>(); }
  void record_in_job(const Temporary&) override {}
  void forget_in_job(const Temporary&) override {}
};

Task<> keep_report(Bench& bench, ProcessStep step, std::optional<ProcessReport>& report) {
  report = co_await bench.run(std::move(step));
}

}  // namespace

TEST_CASE("batch: private copies that cannot be removed are a failure beside what was done") {
  test::run([](Runtime& runtime) -> Task<> {
    Bench bench(runtime);
    bench.files.put("a.csv", "row\n");
    co_await bench.scan();
    ProcessOptions options = bench.process(append_line);
    options.journal = std::make_shared<BrokenJournal>();
    ProcessingWorkflow workflow(runtime, bench.files, bench.memory);
    const auto work = co_await open_backlog_work(runtime, bench.backlog);
    const ProcessReport report = co_await workflow.process_files(runtime.context(), *work, options);
    CHECK(report.progress.done == 1);
    CHECK(report.progress.failed == 1);
    REQUIRE(report.failures.count() == 1);
    CHECK(report.failures.list().front().error.code() == ErrorCode::no_space);
  });
}

TEST_CASE("batch: a cancelled run still reports what it did and failed, and can be run again") {
  test::run([](Runtime& runtime) -> Task<> {
    Bench bench(runtime);
    for (int i = 10; i < 40; ++i)
      bench.files.put(std::to_string(i) + ".csv", "row\n");
    bench.files.put("00.csv", "bad\n");
    co_await bench.scan();
    TaskGroup group(runtime.executor());
    auto step = [&group](OpContext context, LocalFile in, LocalFile out) {
      if (in.info.path == "00.csv")
        throw Error(ErrorCode::invalid_input, "process", "00.csv", "bad");
      if (in.info.path == "20.csv") group.cancel();
      return append_line(std::move(context), std::move(in), std::move(out));
    };
    std::optional<ProcessReport> report;
    group.spawn(keep_report(bench, step, report));
    co_await group.join();
    REQUIRE(report);
    CHECK(report->stopped);
    CHECK(report->progress.done >= 8);
    CHECK(report->progress.done < 30);
    REQUIRE(report->failures.count() == 1);
    CHECK(report->failures.list().front().path == "00.csv");
    CHECK(entries(bench.directory.path()) == 1);
    const ProcessReport rest = co_await bench.run(append_line);
    CHECK(rest.failures.count() == 0);
    for (int i = 10; i < 40; ++i)
      CHECK(bench.files.text_of(std::to_string(i) + ".csv") == "row\nprocessed\n");
  });
}
