#include "sluice/glue/downloader.hpp"

#include <fmt/format.h>

#include <utility>

#include "glue/failure.hpp"
#include "glue/report_words.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/glue/messages.hpp"

namespace sluice::glue {
namespace {

ExecutorOptions executor_options(const RunOptions& options) {
  return {.on_timeout = options.on_timeout,
          .require_nodes = options.require_nodes,
          .attach = options.attach,
          .on_poll = options.on_poll,
          .live = options.live};
}

std::uint64_t files_in(const std::vector<LayerFiles>& found) {
  std::uint64_t count = 0;
  for (const LayerFiles& layer : found)
    count += layer.files.size();
  return count;
}

std::string megabytes_in(const std::vector<LayerFiles>& found) {
  std::uint64_t bytes = 0;
  for (const LayerFiles& layer : found)
    bytes += layer.total_size();
  return words::megabytes(bytes);
}

bool has_ended(const std::optional<WorkflowRunResult>& result) {
  return result && aws::glue::is_ended(aws::glue::run_status(result->status));
}

// The clean-up that must not be cut short has this long.
constexpr auto clean_up_time = std::chrono::seconds(60);

}  // namespace

GlueWorkflowDownloader::GlueWorkflowDownloader(Runtime& runtime, Services services,
                                               const ConfigManager& config, GlueLog log,
                                               RunOptions options)
    : runtime_(runtime),
      services_(std::move(services)),
      config_(config),
      log_(std::move(log)),
      options_(std::move(options)),
      collector_(runtime, *services_.objects, config.get(), log_),
      validator_(runtime, *services_.glue, collector_, config.get(), log_),
      executor_(runtime, *services_.glue, config.get_workflow_config(), log_,
                executor_options(options_)) {}

bool GlueWorkflowDownloader::runs_workflow() const {
  return config_.get_workflow_config().execute && !options_.dry_run;
}

Task<RunOutcome> GlueWorkflowDownloader::run(OpContext context, std::string workflow_name) {
  ReportData& report = outcome_.report;
  report.timestamp = runtime_.clock().now();
  report.workflow_name = workflow_name;
  report.config_file = config_.path();
  report.output_directory = config_.get_download_config().local_base_dir;
  report.configuration = &config_.get();
  log_.info(Component::main, messages::begun, workflow_name);
  std::exception_ptr thrown;
  try {
    co_await work(context, workflow_name);
  } catch (...) {
    thrown = std::current_exception();
  }
  // What is told must be told, also after a cancellation.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  if (thrown) record(thrown);
  if (executor_.last_result()) report.workflow = executor_.last_result();
  report.finished = runtime_.clock().now();
  if (began_ && !options_.dry_run)
    co_await write_reports(context.shortened_to(runtime_.clock().steady() + clean_up_time));
  outcome_.exit_code = outcome_.failure ? exit_code_of(*outcome_.failure) : 0;
  tell_end();
  co_return std::move(outcome_);
}

void GlueWorkflowDownloader::tell_end() const {
  if (!outcome_.failure) {
    log_.info(Component::main, messages::ended);
    return;
  }
  const std::string_view code = code_of(*outcome_.failure);
  log_.error(Component::main, messages::ended_in_failure,
             code.empty() ? "" : fmt::format(": {}", code), outcome_.exit_code);
}

Task<> GlueWorkflowDownloader::work(OpContext context, std::string workflow_name) {
  if (config_.get_workflow_config().validate_before_run) co_await validate(context, workflow_name);
  began_ = true;
  if (runs_workflow()) {
    const bool ended = co_await execute(context, workflow_name);
    if (!ended) co_return;  // it goes on without us: there is nothing to download yet
  }
  if (stop_requested()) throw InterruptedError(cancelled("the download"));
  std::vector<LayerDownload> plan = co_await collect(context);
  if (options_.on_plan) options_.on_plan(plan);
  if (options_.dry_run) co_return;
  co_await download(context, std::move(plan));
}

Task<> GlueWorkflowDownloader::validate(OpContext context, std::string workflow_name) {
  co_await validator_.validate_workflow_exists(context, std::move(workflow_name));
  // A required layer that is missing is worth a report.
  began_ = true;
  const Look look = runs_workflow() ? Look::until_timeout : Look::once;
  co_await validator_.check_initial_layer_files(context, look);
}

/// Whether the run was watched to its end.
Task<bool> GlueWorkflowDownloader::execute(OpContext context, std::string workflow_name) {
  const std::string run_id = co_await executor_.execute_workflow(context, workflow_name);
  if (!config_.get_workflow_config().wait_for_completion) {
    const WorkflowRunResult begun =
        co_await executor_.get_workflow_run_status(context, workflow_name, run_id);
    outcome_.report.workflow = begun;
    co_return false;
  }
  co_await watch(context, std::move(workflow_name), run_id);
  co_return true;
}

Task<> GlueWorkflowDownloader::watch(OpContext context, std::string workflow_name,
                                     std::string run_id) {
  TaskGroup group(runtime_.executor());
  group.spawn(watch_to_end(context, workflow_name, run_id, &group));
  if (options_.stop) group.spawn(wait_for_stop(&group));
  co_await group.join();
  if (stop_requested() && !has_ended(executor_.last_result()))
    co_await interrupted_run(context, std::move(workflow_name), std::move(run_id));
}

Task<> GlueWorkflowDownloader::watch_to_end(OpContext context, std::string workflow_name,
                                            std::string run_id, TaskGroup* group) {
  co_await executor_.wait_for_completion(context, std::move(workflow_name), std::move(run_id));
  group->cancel();
}

Task<> GlueWorkflowDownloader::wait_for_stop(TaskGroup* group) {
  co_await options_.stop->wait();
  group->cancel();
}

Task<> GlueWorkflowDownloader::interrupted_run(OpContext context, std::string workflow_name,
                                               std::string run_id) {
  OnInterrupt choice = OnInterrupt::leave;
  if (options_.on_interrupt) choice = co_await options_.on_interrupt();
  if (choice == OnInterrupt::stop) {
    co_await executor_.stop(context, workflow_name, run_id);
    log_.warning(Component::workflow, failure::stopped_run, workflow_name, run_id);
  } else {
    log_.warning(Component::workflow, failure::left_run, workflow_name, run_id);
  }
  throw InterruptedError(cancelled("watching the workflow"));
}

Task<std::vector<LayerDownload>> GlueWorkflowDownloader::collect(OpContext context) {
  std::vector<LayerFiles> found = co_await collector_.collect_all_layers(context);
  const std::string megabytes = megabytes_in(found);
  log_.info(Component::s3, messages::collected, files_in(found), megabytes);
  for (const LayerFiles& layer : found) {
    // The others go on; that one is missing decides the end.
    if (layer.failure)
      record(failure::of_layer(config_.get_layers()[layer.layer], *layer.failure, log_.language()));
  }
  check_file_counts(config_.get(), found, log_);
  // Each path is looked at: with very many files, that is no work for the loop.
  auto plan = [this, &found] {
    return plan_downloads(config_.get(), std::move(found), log_.language());
  };
  co_return co_await offload(runtime_.cpu(), plan);
}

Task<> GlueWorkflowDownloader::download(OpContext context, std::vector<LayerDownload> plan) {
  DownloaderOptions options;
  if (options_.stop) options.stop = [stop = options_.stop] { return stop->requested(); };
  options.on_progress = options_.on_progress;
  options.memory = services_.memory;
  FileDownloader downloader(runtime_, *services_.objects, services_.output, config_.get(), log_,
                            std::move(options));
  std::exception_ptr thrown;
  try {
    co_await downloader.download_files(context, std::move(plan));
  } catch (...) {
    thrown = std::current_exception();
  }
  // What was done is reported however it ended.
  outcome_.report.download = std::move(downloader.result());
  if (thrown) std::rethrow_exception(thrown);
  const DownloadResult& result = *outcome_.report.download;
  if (result.disk_full) {
    record(std::make_exception_ptr(NoSpaceError(*result.disk_full)));
  } else if (result.stopped) {
    record(std::make_exception_ptr(InterruptedError(cancelled("the download"))));
  } else if (result.failed > 0 && (options_.strict || result.failed == result.total_files)) {
    record(failure::of_downloads(log_.language(), result));
  }
}

Task<> GlueWorkflowDownloader::write_reports(OpContext context) {
  const LogNotes& notes = log_.notes();
  outcome_.report.warnings = notes.warnings;
  outcome_.report.warning_count = notes.warning_count;
  outcome_.report.errors = notes.errors;
  outcome_.report.error_count = notes.error_count;
  std::exception_ptr thrown;
  try {
    ReportGenerator generator(log_.language());
    outcome_.report_files =
        co_await generator.generate(runtime_, context, *services_.output, outcome_.report);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) {
    record(thrown);
    co_return;
  }
  for (const std::string& file : outcome_.report_files) {
    const std::string path = outcome_.report.output_directory + "/" + file;
    log_.info(Component::main, messages::report_written, path);
  }
}

void GlueWorkflowDownloader::record(const std::exception_ptr& thrown) {
  const failure::Ending ending = failure::ending_of(log_.language(), thrown);
  log_.write(LogLevel::error, ending.component, ending.text);
  if (!outcome_.failure) outcome_.failure = ending.id;
}

}  // namespace sluice::glue
