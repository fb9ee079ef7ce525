#pragma once

#include <functional>
#include <optional>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/aws/glue_client.hpp"
#include "sluice/glue/config.hpp"
#include "sluice/glue/errors.hpp"
#include "sluice/glue/glue_log.hpp"
#include "sluice/glue/workflow_run.hpp"

namespace sluice::glue {

enum class OnTimeout : std::uint8_t { leave, stop };

struct ExecutorOptions {
  OnTimeout on_timeout = OnTimeout::leave;
  bool require_nodes = false;  ///< A node that never ran fails the run (else it is a warning).
  bool attach = false;         ///< Watch a run that is already under way instead of starting one.
  /// Hears of every poll, with the graph if `live` wants it; may be empty. Called on the loop.
  std::function<void(const WorkflowRunResult&)> on_poll;
  bool live = false;  ///< Ask for the graph with each poll.
};

/// Starts a workflow exactly once and watches it to its end. Lives on the loop.
class WorkflowExecutor {
 public:
  WorkflowExecutor(Runtime& runtime, aws::glue::GlueApi& glue, WorkflowConfig config, GlueLog log,
                   ExecutorOptions options);

  /// Starts the workflow and returns the run's id. After an answer that was lost, the run is looked
  /// for by a run property of its own before another is started. A workflow that has as many runs as
  /// it may have is an error that names the run under way (or, with `attach`, that run is taken).
  /// Throws WorkflowExecutionError, PermissionError, WorkflowNotFoundError.
  Task<std::string> execute_workflow(OpContext context, std::string workflow_name);

  /// Polls every polling_interval with jitter (slower when throttled) until the run has ended, then
  /// reads its graph. A lost connection is tried again until the execution timeout. `started` is
  /// when execute_workflow() returned. Throws WorkflowTimeoutError (the message has the run's id and
  /// the command that attaches to it) and WorkflowFailedError (names the failed nodes, their words
  /// and where their logs are); last_result() then has what is known.
  Task<WorkflowRunResult> wait_for_completion(OpContext context, std::string workflow_name,
                                              std::string run_id);

  Task<WorkflowRunResult> get_workflow_run_status(OpContext context, std::string workflow_name,
                                                  std::string run_id);
  /// The nodes of the run's graph, with what the last attempt of each did.
  Task<std::vector<JobDetail>> get_job_run_details(OpContext context, std::string workflow_name,
                                                   std::string run_id);
  Task<> stop(OpContext context, std::string workflow_name, std::string run_id);
  /// Resumes the failed nodes of an ended run (those that have a failed last attempt, and those that
  /// never ran because of them).
  Task<aws::glue::ResumedRun> resume(OpContext context, std::string workflow_name,
                                     std::string run_id);
  /// The newest run that has not ended.
  Task<std::optional<aws::glue::WorkflowRun>> find_running(OpContext context,
                                                           std::string workflow_name);

  /// What the last poll knew; nullopt before the first.
  const std::optional<WorkflowRunResult>& last_result() const { return last_; }

 private:
  Runtime& runtime_;
  aws::glue::GlueApi& glue_;
  WorkflowConfig config_;
  GlueLog log_;
  ExecutorOptions options_;
  std::optional<WorkflowRunResult> last_;
};

}  // namespace sluice::glue
