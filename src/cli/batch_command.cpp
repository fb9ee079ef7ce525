// sluice batch: the overwrite batch.
#include "batch_job.hpp"
#include "command.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/codec/units.hpp"
#include "usage_error.hpp"

namespace sluice::cli {
namespace {

// Not left to the parser, which does not know what the environment and the configuration file say.
void require_backlog(const BatchOptions& options) {
  if (options.backlog.empty())
    throw UsageError("--backlog", "it is missing: name the backlog file");
}

Task<ExitCode> scan(Session& session, std::shared_ptr<const BatchOptions> options) {
  require_backlog(*options);
  BatchJob job(session, *options);
  co_await job.open_alone();
  const ScanReport report = co_await job.scan(options->backlog);
  job.print_scan(report);
  if (report.backlog.failures > 0) co_return ExitCode::partial;
  co_return ExitCode::ok;
}

Task<ExitCode> process(Session& session, std::shared_ptr<const BatchOptions> options) {
  require_backlog(*options);
  BatchJob job(session, *options);
  co_await job.open_alone();
  const ProcessReport report = co_await job.process(options->backlog);
  if (session.stop_requested()) co_return ExitCode::interrupted;
  co_return exit_code_for(report.progress, report.failures);
}

Task<ExitCode> run_opened(Session& session, BatchJob& job,
                          std::shared_ptr<const BatchOptions> options) {
  const std::filesystem::path backlog =
      options->backlog.empty() ? job.default_backlog() : std::filesystem::path(options->backlog);
  const ScanReport scanned = co_await job.scan(backlog);
  job.print_scan(scanned);
  const ProcessReport report = co_await job.process(backlog);
  if (session.stop_requested()) co_return ExitCode::interrupted;
  const ExitCode code = exit_code_for(report.progress, report.failures);
  if (code == ExitCode::ok && scanned.backlog.failures > 0) co_return ExitCode::partial;
  co_return code;
}

Task<ExitCode> run_both(Session& session, std::shared_ptr<const BatchOptions> options) {
  BatchJob job(session, *options);
  co_await job.open_alone();
  co_return co_await run_opened(session, job, options);
}

void print_counts(Output& output, const StatusCounts& counts) {
  if (output.json()) {
    codec::JsonWriter writer;
    writer.begin_object()
        .key("completed")
        .value(counts.completed)
        .key("errors")
        .value(counts.errors);
    writer.key("given_up").value(counts.given_up).key("intents").value(counts.intents).end_object();
    output.object(writer);
  } else {
    output.line(messages::counts, counts.completed, counts.errors, counts.given_up, counts.intents);
  }
}

void print_error(Output& output, const ErrorRecord& record) {
  if (output.json()) {
    codec::JsonWriter writer;
    writer.begin_object()
        .key("path")
        .value(record.file.path)
        .key("code")
        .value(name_of(record.code));
    writer.key("error")
        .value(record.error)
        .key("timestamp")
        .value(codec::format_iso8601(record.timestamp));
    writer.key("retry_count").value(std::uint64_t{record.retry_count}).end_object();
    output.object(writer);
  } else {
    output.line(messages::remembered_failure, record.file.path, record.error, record.retry_count,
                codec::format_iso8601(record.timestamp));
  }
}

Task<ExitCode> status(Session& session, std::shared_ptr<const BatchOptions> options) {
  BatchJob job(session, *options);
  co_await job.open();
  const StatusCounts counts = co_await job.memory().counts();
  print_counts(session.output(), counts);
  constexpr std::size_t page = 500;
  std::string after;
  for (;;) {
    const std::vector<ErrorRecord> errors = co_await job.memory().errors(after, page);
    if (errors.empty()) break;
    for (const ErrorRecord& record : errors)
      print_error(session.output(), record);
    after = errors.back().file.path;
  }
  co_return ExitCode::ok;
}

Task<ExitCode> retry(Session& session, std::shared_ptr<const BatchOptions> options) {
  // A run over the tree: without the choice of the run that failed, it would overwrite files that
  // this batch was never meant for.
  if (!options->exec.empty() && options->filter.include.empty()) {
    throw UsageError("--include",
                     "with --exec, files are chosen as by batch run: give its --include again, or "
                     "--include '**' for all");
  }
  BatchJob job(session, *options);
  co_await job.open_alone();
  const std::uint64_t due = co_await job.memory().retry_now();
  session.output().note(messages::due_again, due);
  if (options->exec.empty()) co_return ExitCode::ok;
  co_return co_await run_opened(session, job, options);
}

Task<ExitCode> forget(Session& session, std::shared_ptr<const BatchOptions> options) {
  if (options->paths.empty() && !options->all)
    throw UsageError(options->url, "name the paths to forget, or give --all");
  BatchJob job(session, *options);
  co_await job.open_alone();
  if (options->paths.empty()) {
    const std::uint64_t keys = co_await job.memory().reset();
    session.output().note(messages::forgot_all, keys);
  } else {
    co_await job.memory().forget(options->paths);
    session.output().note(messages::forgot, options->paths.size());
  }
  co_return ExitCode::ok;
}

void add_memory_options(CLI::App& command, BatchOptions& options) {
  command.add_option("url", options.url, "The tree: a directory or s3://bucket/prefix")->required();
  command.add_option("--state", options.state,
                     "Status memory: a SQLite file, sqlite:FILE, redis://HOST:PORT/DB or memory:");
  command
      .add_option("--job", options.job,
                  "Name of the job; each job and tree has a memory of its own")
      ->capture_default_str();
  command
      .add_option("--max-tries", options.max_tries, "Give a failing file up after this many tries")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command
      .add_option("--retry-after", options.retry_after,
                  "Wait before a failed file's second try; doubles each time")
      ->capture_default_str();
}

void add_process_options(CLI::App& command, BatchOptions& options) {
  command.add_option("--exec", options.exec,
                     "The step: 'program {in} {out}'; also {path} and {name}. Run without a shell");
  command.add_flag("--shell", options.shell, "Run --exec by /bin/sh -c");
  command.add_option("--step-timeout", options.step_timeout, "Limit for each run of the step");
  command.add_option("--temp-dir", options.temporary_directory,
                     "Directory for the private copies (default: the system's)");
  command.add_option("--max-errors", options.max_errors,
                     "Begin nothing new after more failures than this");
}

using Action = Task<ExitCode> (*)(Session&, std::shared_ptr<const BatchOptions>);

CLI::App* add_action(CLI::App& batch, Run* run, const char* name, const char* help, Action action,
                     std::shared_ptr<BatchOptions> options) {
  CLI::App* command = batch.add_subcommand(name, help);
  add_memory_options(*command, *options);
  command->callback([run, action, options] {
    *run = [action, options](Session& session) { return action(session, options); };
  });
  return command;
}

}  // namespace

void add_batch_commands(Commands commands) {
  CLI::App* batch = commands.app.add_subcommand(
      "batch", "Process files in place: scan, download, process, upload, remember");
  batch->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, Action action,
                       const std::shared_ptr<BatchOptions>& options) {
    return add_action(*batch, commands.run, name, help, action, options);
  };

  const auto scan_options = std::make_shared<BatchOptions>();
  CLI::App* command =
      add("scan", "Write the backlog of the files that need processing", scan, scan_options);
  command->add_option("-b,--backlog", scan_options->backlog, "Backlog file (gzip JSON lines)");
  add_filter_options(*command, scan_options->filter);

  const auto process_options = std::make_shared<BatchOptions>();
  command = add("process", "Process the files of a backlog", process, process_options);
  command->add_option("-b,--backlog", process_options->backlog, "Backlog file");
  add_process_options(*command, *process_options);

  const auto run_options = std::make_shared<BatchOptions>();
  command = add("run", "Scan and process", run_both, run_options);
  command->add_option("-b,--backlog", run_options->backlog,
                      "Where to keep the backlog (default: in the state directory)");
  add_filter_options(*command, run_options->filter);
  add_process_options(*command, *run_options);

  const auto status_options = std::make_shared<BatchOptions>();
  add("status", "Show what is remembered: counts and failed files", status, status_options);

  const auto retry_options = std::make_shared<BatchOptions>();
  command =
      add("retry", "Make failed files due at once; with --exec, also run", retry, retry_options);
  command->add_option("-b,--backlog", retry_options->backlog, "Where to keep the backlog");
  add_filter_options(*command, retry_options->filter);
  add_process_options(*command, *retry_options);

  const auto forget_options = std::make_shared<BatchOptions>();
  command = add("forget", "Forget what was done, so that files are processed again", forget,
                forget_options);
  command->add_option("paths", forget_options->paths, "Files, relative to the tree");
  command->add_flag("--all", forget_options->all, "All files of this job and tree");
}

}  // namespace sluice::cli
