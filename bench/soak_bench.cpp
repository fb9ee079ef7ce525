// A long-lived service that embeds the library: soak_bench ENDPOINT DIRECTORY
//
// Reads commands from stdin, one a line, and answers each with one JSON line on stdout; ends well
// at the end of stdin. bench/soak gives the commands and judges what they did. All of them use the
// same runtime, file systems and status memory.
//   up             DIRECTORY/source -> s3://test/tree/, with deletions
//   copy           s3://test/tree/ -> s3://other/copy/, with deletions
//   down           s3://test/tree/ -> DIRECTORY/down
//   down-copy      s3://other/copy/ -> DIRECTORY/down
//   batch          the overwrite batch on s3://test/batch/, its step a coroutine
//   batch-program  the same, its step a program
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "sluice/async/offload.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/sluice.hpp"

namespace {

using namespace sluice;
using namespace std::chrono_literals;

/// Limits so short that a stalled connection costs seconds, as in tests/integration/faults_test.py.
StorageOptions storage_options(Runtime& runtime, std::string endpoint,
                               const std::filesystem::path& state) {
  StorageOptions options;
  options.endpoint_url = std::move(endpoint);
  options.environment = Environment({{"AWS_ACCESS_KEY_ID", "AKIDLABEXAMPLE"},
                                     {"AWS_SECRET_ACCESS_KEY", "labsecretEXAMPLEKEY"},
                                     {"AWS_REGION", "us-east-1"},
                                     {"AWS_EC2_METADATA_DISABLED", "true"}});
  options.retry = RetryPolicy::aws_standard();
  options.retry->base = 200ms;
  options.http.connections_per_endpoint = 16;
  options.http.idle_timeout = 2s;
  options.http.progress_window = 4s;
  options.http.keep_alive = 10s;
  options.part_size = 5_MiB;
  options.buffer_memory = 64_MiB;
  options.journal = make_temporary_journal(runtime, state / "journal");
  return options;
}

void append(const std::filesystem::path& in, const std::filesystem::path& out) {
  std::ifstream source(in, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(source), std::istreambuf_iterator<char>()};
  std::ofstream target(out, std::ios::binary);
  target << text << "done\n";
  if (!source || !target.flush()) {
    throw Error(ErrorCode::internal, "append to", out.string(), "it could not be read or written");
  }
}

// Not idempotent: a second run on its own output would show.
Task<> append_step(Runtime& runtime, LocalFile in, LocalFile out) {
  auto job = [&in, &out] { append(in.path, out.path); };
  co_await offload(runtime.cpu(), job);
}

class Service {
 public:
  Service(Runtime& runtime, std::string endpoint, std::filesystem::path directory)
      : runtime_(runtime),
        directory_(std::move(directory)),
        options_(storage_options(runtime, std::move(endpoint), directory_ / "state")),
        storage_(runtime, options_) {}

  Task<> open();
  /// Does what the command says and writes what came of it.
  Task<> run(std::string command, codec::JsonWriter& answer);
  Task<> close();

 private:
  Task<> sync_into(FileSystem& source, FileSystem& destination, bool delete_extra,
                   codec::JsonWriter& answer);
  Task<> batch(bool by_program, codec::JsonWriter& answer);
  ProcessStep step(bool by_program);
  Task<std::shared_ptr<FileSystem>> local(std::string name);

  Runtime& runtime_;
  std::filesystem::path directory_;
  StorageOptions options_;
  Storage storage_;
  std::shared_ptr<FileSystem> source_, down_, tree_, copy_, inbox_;
  std::shared_ptr<KeyValueStore> store_;
  std::unique_ptr<StoredStatusMemory> memory_;
};

Task<std::shared_ptr<FileSystem>> Service::local(std::string name) {
  std::string url = (directory_ / name).string() + "/";
  co_return co_await storage_.open_tree(runtime_.context(), std::move(url));
}

Task<> Service::open() {
  source_ = co_await local("source");
  down_ = co_await local("down");
  tree_ = co_await storage_.open_tree(runtime_.context(), "s3://test/tree/");
  copy_ = co_await storage_.open_tree(runtime_.context(), "s3://other/copy/");
  inbox_ = co_await storage_.open_tree(runtime_.context(), "s3://test/batch/");
  std::string url = "sqlite:" + (directory_ / "state" / "status.sqlite").string();
  store_ = co_await open_store(runtime_, std::move(url));
  StatusOptions status;
  status.job = "soak";
  status.root = co_await inbox_->identity(runtime_.context());
  status.policy.retry = {.max_tries = 1000, .base = 0s, .cap = 0s};
  status.checksum_of = make_checksum_of(*inbox_, runtime_.context());
  memory_ = std::make_unique<StoredStatusMemory>(runtime_, store_, std::move(status));
}

Task<> Service::close() {
  memory_.reset();
  co_await store_->close();
  co_await storage_.close(runtime_.context());
}

void write_failures(const FailureList& failures, codec::JsonWriter& answer) {
  answer.key("failures").begin_array();
  for (const Failure& failure : failures.list()) {
    answer.begin_object().key("path").value(failure.path);
    answer.key("code").value(name_of(failure.error.code()));
    answer.key("what").value(failure.error.what()).end_object();
  }
  answer.end_array();
}

void write_progress(const Progress& progress, codec::JsonWriter& answer) {
  answer.key("done").value(progress.done).key("failed").value(progress.failed);
  answer.key("skipped").value(progress.skipped).key("deleted").value(progress.deleted);
}

Task<> Service::sync_into(FileSystem& source, FileSystem& destination, bool delete_extra,
                          codec::JsonWriter& answer) {
  SyncOptions options;
  options.delete_extra = delete_extra;
  options.concurrency = {.least = 1, .start = 8, .most = 16};
  options.temporary_directory = directory_ / "scratch";
  const OpContext context = runtime_.context();
  const SyncReport report =
      co_await sync(runtime_, context, source, destination, std::move(options));
  write_progress(report.progress, answer);
  answer.key("listed").value(report.listing_complete);
  answer.key("withheld").value(report.deletions_withheld.value_or(0));
  write_failures(report.failures, answer);
}

ProcessStep Service::step(bool by_program) {
  if (by_program) {
    CommandStep command;
    command.command = "cat {in} > {out}; echo done >> {out}";
    command.shell = true;
    return make_command_step(runtime_, std::move(command));
  }
  return [this](OpContext, LocalFile in, LocalFile out) {
    return append_step(runtime_, std::move(in), std::move(out));
  };
}

Task<> Service::batch(bool by_program, codec::JsonWriter& answer) {
  ProcessingWorkflow workflow(runtime_, *inbox_, *memory_);
  ScanOptions scan;
  scan.backlog = directory_ / "state" / "backlog.json.gz";
  const auto backlog = scan.backlog;
  const ScanReport scanned = co_await workflow.scan_and_filter(runtime_.context(), std::move(scan));
  const auto work = co_await open_backlog_work(runtime_, backlog);
  ProcessOptions process;
  process.step = step(by_program);
  process.concurrency = {.least = 1, .start = 4, .most = 8};
  process.temporary_directory = directory_ / "scratch";
  process.journal = options_.journal;
  const ProcessReport report =
      co_await workflow.process_files(runtime_.context(), *work, std::move(process));
  write_progress(report.progress, answer);
  answer.key("listed").value(scanned.backlog.failures == 0);
  answer.key("recovered").value(scanned.tally.recovered);
  write_failures(report.failures, answer);
}

Task<> Service::run(std::string command, codec::JsonWriter& answer) {
  if (command == "up") {
    co_await sync_into(*source_, *tree_, true, answer);
  } else if (command == "copy") {
    co_await sync_into(*tree_, *copy_, true, answer);
  } else if (command == "down") {
    co_await sync_into(*tree_, *down_, false, answer);
  } else if (command == "down-copy") {
    co_await sync_into(*copy_, *down_, false, answer);
  } else if (command == "batch" || command == "batch-program") {
    co_await batch(command == "batch-program", answer);
  } else {
    throw Error(ErrorCode::invalid_input, "read command", command, "there is none of this name");
  }
}

using Input = asio::posix::basic_stream_descriptor<Executor>;

/// A line without its end; nullopt at the end of the input.
Task<std::optional<std::string>> read_line(Input& input, std::string& buffer) {
  boost::system::error_code failed;
  const std::size_t length = co_await asio::async_read_until(
      input, asio::dynamic_buffer(buffer), '\n', asio::redirect_error(use_task, failed));
  if (failed == asio::error::eof) co_return std::nullopt;
  if (failed) throw boost::system::system_error(failed, "stdin");
  std::string line = buffer.substr(0, length - 1);
  buffer.erase(0, length);
  co_return line;
}

/// A command that fails as a whole is an answer too: {"failures":[{"path":"", ...}]}.
Task<std::string> answer_to(Service& service, std::string command) {
  codec::JsonWriter answer;
  answer.begin_object();
  std::exception_ptr thrown;
  try {
    co_await service.run(std::move(command), answer);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) {
    FailureList failures;
    failures.add("", Error::from(thrown));
    answer = {};
    answer.begin_object().key("listed").value(false);
    write_failures(failures, answer);
  }
  answer.end_object();
  co_return answer.take();
}

Task<> serve(Runtime* runtime, std::string endpoint, std::filesystem::path directory) {
  Service service(*runtime, std::move(endpoint), std::move(directory));
  co_await service.open();
  Input input(runtime->executor(), STDIN_FILENO);
  std::string buffer;
  for (;;) {
    const auto command = co_await read_line(input, buffer);
    if (!command) break;
    const std::string line = co_await answer_to(service, *command);
    std::puts(line.c_str());
    std::fflush(stdout);
  }
  co_await service.close();
  co_await runtime->close();
}

/// What the library says of itself, for whoever asks why a soak has failed.
class StandardError final : public LineWriter {
 public:
  void write_line(std::string_view line) override {
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
};

RuntimeOptions logging_options() {
  RuntimeOptions options;
  options.clock = std::make_shared<SystemClock>();
  auto sink = make_line_sink(std::make_shared<StandardError>(), LogFormat::text);
  options.log = Logger(std::move(sink), options.clock, LogLevel::warn);
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: soak_bench ENDPOINT DIRECTORY (bench/soak runs it)\n");
    return 2;
  }
  asio::io_context loop{1};
  Runtime runtime(loop, logging_options());
  std::exception_ptr failure;
  asio::co_spawn(loop, serve(&runtime, argv[1], argv[2]),
                 [&failure](std::exception_ptr thrown) { failure = thrown; });
  loop.run();
  if (!failure) return 0;
  std::fprintf(stderr, "soak_bench: %s\n", Error::from(failure).what());
  return 1;
}
