#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "sluice/async/offload.hpp"
#include "sluice/flow/processing_workflow.hpp"
#include "sluice/fs/memory_fs.hpp"
#include "sluice/state/memory_store.hpp"
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
