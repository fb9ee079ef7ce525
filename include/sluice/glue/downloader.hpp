#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/stop_signal.hpp"
#include "sluice/async/task.hpp"
#include "sluice/aws/glue_client.hpp"
#include "sluice/flow/progress.hpp"
#include "sluice/fs/file_system.hpp"
#include "sluice/glue/config_manager.hpp"
#include "sluice/glue/errors.hpp"
#include "sluice/glue/file_collector.hpp"
#include "sluice/glue/file_downloader.hpp"
#include "sluice/glue/glue_log.hpp"
#include "sluice/glue/object_store.hpp"
#include "sluice/glue/report.hpp"
#include "sluice/glue/workflow_executor.hpp"
#include "sluice/glue/workflow_validator.hpp"

namespace sluice::glue {

/// What a run works with. All of it must outlive the downloader.
struct Services {
  aws::glue::GlueApi* glue = nullptr;
  ObjectStore* objects = nullptr;
  std::shared_ptr<FileSystem> output;  ///< The output directory; made when it is first written to.
  std::shared_ptr<KeyValueStore> memory;  ///< Of download.incremental; else null.
};

enum class OnInterrupt : std::uint8_t { leave, stop };

struct RunOptions {
  bool dry_run = false;  ///< Nothing is started and nothing written.
  bool strict = false;   ///< A file that fails makes the run fail.
  OnTimeout on_timeout = OnTimeout::leave;
  bool require_nodes = false, attach = false;
  /// Asked when a stop is requested while the workflow runs; empty: the run is left running.
  std::function<Task<OnInterrupt>()> on_interrupt;
  std::shared_ptr<StopSignal> stop;  ///< Null: nobody stops it (but by cancellation).
  std::function<void(const WorkflowRunResult&)> on_poll;
  bool live = false;  ///< on_poll hears of the graph each time.
  ProgressCallback on_progress;
  /// Hears of what was found, before anything is downloaded; what a dry run is for.
  std::function<void(const std::vector<LayerDownload>&)> on_plan;
};

struct RunOutcome {
  int exit_code = 0;  ///< docs/glue.md, "Exit codes": the first failure decides.
  std::optional<ErrorId> failure;
  ReportData report;                      ///< Refers to the ConfigManager's configuration.
  std::vector<std::string> report_files;  ///< Below the output directory.
};

/// The whole: checks, runs the workflow, collects and downloads every layer's files, reports. One
/// run an object. Lives on the loop.
class GlueWorkflowDownloader {
 public:
  GlueWorkflowDownloader(Runtime& runtime, Services services, const ConfigManager& config,
                         GlueLog log, RunOptions options);

  /// Failures are in the outcome, logged as they happened; reports are written in any case (but for
  /// a dry run, and for a run that ends before it has begun). Cancellation is an outcome, too:
  /// `interrupted`, after the reports have been written.
  Task<RunOutcome> run(OpContext context, std::string workflow_name);

 private:
  Task<> work(OpContext context, std::string workflow_name);
  Task<> validate(OpContext context, std::string workflow_name);
  Task<bool> execute(OpContext context, std::string workflow_name);
  Task<> watch(OpContext context, std::string workflow_name, std::string run_id);
  Task<> watch_to_end(OpContext context, std::string workflow_name, std::string run_id,
                      TaskGroup* group);
  Task<> wait_for_stop(TaskGroup* group);
  Task<> interrupted_run(OpContext context, std::string workflow_name, std::string run_id);
  Task<std::vector<LayerDownload>> collect(OpContext context);
  Task<> download(OpContext context, std::vector<LayerDownload> plan);
  Task<> write_reports(OpContext context);
  void record(const std::exception_ptr& thrown);
  void tell_end() const;
  bool stop_requested() const { return options_.stop && options_.stop->requested(); }
  bool runs_workflow() const;

  Runtime& runtime_;
  Services services_;
  const ConfigManager& config_;
  GlueLog log_;
  RunOptions options_;
  S3FileCollector collector_;
  WorkflowValidator validator_;
  WorkflowExecutor executor_;
  RunOutcome outcome_;
  bool began_ = false;  ///< Whether there is anything to report.
};

}  // namespace sluice::glue
