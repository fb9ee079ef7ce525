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
  /// for by a run property of its own before another is started. A workflow that has as many runs
  /// as it may have is an error that names the run under way (or, with `attach`, that run is
  /// taken). Throws WorkflowExecutionError, PermissionError, WorkflowNotFoundError.
  Task<std::string> execute_workflow(OpContext context, std::string workflow_name);

  /// Polls every polling_interval with jitter (slower when throttled) until the run has ended, then
  /// reads its graph. A lost connection is tried again until the execution timeout. Throws
  /// WorkflowTimeoutError (the message has the run's id and the command that attaches to it) and
  /// WorkflowFailedError (names the failed nodes, their words and where their logs are);
  /// last_result() then has what is known.
  Task<WorkflowRunResult> wait_for_completion(OpContext context, std::string workflow_name,
                                              std::string run_id);

  Task<WorkflowRunResult> get_workflow_run_status(OpContext context, std::string workflow_name,
                                                  std::string run_id);
  /// The nodes of the run's graph, with what the last attempt of each did.
  Task<std::vector<JobDetail>> get_job_run_details(OpContext context, std::string workflow_name,
                                                   std::string run_id);
  Task<> stop(OpContext context, std::string workflow_name, std::string run_id);
  /// Runs the failed nodes of an ended run again, and with them what follows (a node without an
  /// attempt may not be named: ResumeWorkflowRun).
  Task<aws::glue::ResumedRun> resume(OpContext context, std::string workflow_name,
                                     std::string run_id);
  /// The newest run that has not ended.
  Task<std::optional<aws::glue::WorkflowRun>> find_running(OpContext context,
                                                           std::string workflow_name);

  /// What the last poll knew; nullopt before the first.
  const std::optional<WorkflowRunResult>& last_result() const { return last_; }

 private:
  Task<std::string> start_once(OpContext context, std::string workflow_name, std::string token);
  Task<std::optional<std::string>> find_started(OpContext context, std::string workflow_name,
                                                std::string token, TimePoint since);
  Task<std::string> running_words(OpContext context, std::string workflow_name);
  [[noreturn]] void throw_start_error(const std::string& workflow_name, const Error& error) const;
  Task<> poll(OpContext context, std::string workflow_name, std::string run_id);
  Task<> poll_until_ended(OpContext context, std::string workflow_name, std::string run_id,
                          SteadyTime deadline);
  Task<> tell_failed_jobs(OpContext context, std::string workflow_name, std::string run_id);
  Task<> read_graph(OpContext context, std::string workflow_name, std::string run_id);
  Task<std::string> end_of_time(OpContext context, std::string workflow_name, std::string run_id);
  Task<> judge(OpContext context, std::string workflow_name);
  void tell_nodes(const WorkflowRunResult& result) const;

  Runtime& runtime_;
  aws::glue::GlueApi& glue_;
  WorkflowConfig config_;
  GlueLog log_;
  ExecutorOptions options_;
  std::optional<WorkflowRunResult> last_;
  std::uint32_t failures_told_ = 0;
};

}  // namespace sluice::glue
