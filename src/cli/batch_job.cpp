#include "batch_job.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/codec/units.hpp"
#include "usage_error.hpp"

namespace sluice::cli {
namespace {

std::string scan_words(Language language, const Progress& progress, double) {
  return say(language, messages::scanning, progress.done, progress.skipped);
}

}  // namespace

BatchJob::BatchJob(Session& session, const BatchOptions& options)
    : session_(session), options_(options) {}
BatchJob::~BatchJob() = default;

Task<> BatchJob::open() {
  tree_ = co_await session_.open_tree(options_.url);
  co_await session_.make_state_directory();
  const std::string state =
      options_.state.empty() ? "sqlite:" + (session_.state_directory() / "status.sqlite").string()
                             : options_.state;
  store_ = co_await session_.open_store(state);
  StatusOptions status;
  status.job = options_.job;
  root_ = co_await tree_->identity(session_.context());
  status.root = root_;
  status.policy.retry.max_tries = options_.max_tries;
  status.policy.retry.base = duration_value(options_.retry_after, "--retry-after");
  status.checksum_of = make_checksum_of(*tree_, session_.context());
  memory_ = std::make_unique<StoredStatusMemory>(session_.runtime(), store_, std::move(status));
}

Task<> BatchJob::open_alone() {
  co_await open();
  lock_ = co_await lock_run(session_.runtime(), session_.state_directory(), options_.job, root_);
}

std::filesystem::path BatchJob::default_backlog() const {
  // One for each job and tree, so that two nightly jobs do not overwrite each other's.
  const auto digest = codec::sha256(as_bytes(options_.job + "\n" + root_));
  const std::string name = codec::to_hex(digest).substr(0, 16);
  return session_.state_directory() / fmt::format("backlog-{}.json.gz", name);
}

Task<ScanReport> BatchJob::scan(std::filesystem::path backlog) {
  ProcessingWorkflow workflow(session_.runtime(), *tree_, *memory_);
  ScanOptions scan;
  scan.walk = walk_options(options_.filter);
  scan.backlog = std::move(backlog);
  scan.stop_requested = session_.stop_function();
  scan.filter = file_filter(options_.filter, session_.runtime().clock().now());
  ProgressDisplay display(session_.runtime(), session_.output(), scan_words);
  scan.on_progress = display.callback();
  co_return co_await workflow.scan_and_filter(session_.context(), std::move(scan));
}

ProcessOptions BatchJob::process_options() const {
  if (options_.exec.empty()) {
    throw UsageError(
        "--exec",
        "it is missing: say which program processes a file, such as --exec 'prog {in} {out}'");
  }
  CommandStep command;
  command.command = options_.exec;
  command.shell = options_.shell;
  if (!options_.step_timeout.empty())
    command.timeout = duration_value(options_.step_timeout, "--step-timeout");
  ProcessOptions process;
  process.step = make_command_step(session_.runtime(), std::move(command));
  const std::size_t most = session_.options().transfers;
  process.concurrency = {.least = 1, .start = std::min<std::size_t>(most, 8), .most = most};
  process.max_errors = options_.max_errors;
  process.temporary_directory = options_.temporary_directory.empty()
                                    ? session_.temporary_directory()
                                    : std::filesystem::path(options_.temporary_directory);
  process.journal = session_.journal();
  process.stop_requested = session_.stop_function();
  return process;
}

Task<ProcessReport> BatchJob::process(std::filesystem::path backlog) {
  ProcessOptions process = process_options();
  const auto work = co_await open_backlog_work(session_.runtime(), std::move(backlog));
  ProcessingWorkflow workflow(session_.runtime(), *tree_, *memory_);
  ProcessReport report;
  double seconds = 0;
  {
    ProgressDisplay display(session_.runtime(), session_.output());
    process.on_progress = display.callback();
    report = co_await workflow.process_files(session_.context(), *work, std::move(process));
    seconds = display.seconds();
  }
  print_process(report, seconds);
  co_return report;
}

void BatchJob::print_scan(const ScanReport& report) {
  Output& output = session_.output();
  if (output.json()) {
    codec::JsonWriter writer;
    writer.begin_object().key("scan").begin_object();
    writer.key("to_process")
        .value(report.backlog.files)
        .key("done_before")
        .value(report.tally.skipped);
    writer.key("waiting").value(report.tally.waiting).key("given_up").value(report.tally.given_up);
    writer.key("recovered")
        .value(report.tally.recovered)
        .key("failures")
        .value(report.backlog.failures);
    writer.end_object().end_object();
    output.object(writer);
    return;
  }
  const Language language = output.language();
  std::string text = say(language, messages::scanned, report.backlog.files, report.tally.skipped);
  const auto add = [&](const Message<std::uint64_t>& message, std::uint64_t count) {
    if (count > 0) text += say(language, messages::comma) + say(language, message, count);
  };
  add(messages::waiting, report.tally.waiting);
  add(messages::given_up, report.tally.given_up);
  add(messages::recovered, report.tally.recovered);
  output.note(text);
  for (const Error& failure : report.backlog.first_failures)
    output.error(describe(language, failure));
}

void BatchJob::print_process(const ProcessReport& report, double seconds) {
  Output& output = session_.output();
  print_failures(output, report.failures);
  if (output.json()) {
    codec::JsonWriter writer;
    writer.begin_object().key("summary").begin_object();
    write_progress(writer, report.progress);
    writer.key("unchanged").value(report.unchanged).key("seconds").value(seconds);
    write_failures(writer, report.failures);
    writer.end_object().end_object();
    output.object(writer);
    return;
  }
  const Language language = output.language();
  std::string done = describe(language, report.progress, seconds);
  if (report.unchanged > 0) done += say(language, messages::unchanged_by_step, report.unchanged);
  output.note(messages::processed_in, done, time_taken(seconds));
}

}  // namespace sluice::cli
