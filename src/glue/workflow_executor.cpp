#include "sluice/glue/workflow_executor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "glue/run_messages.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/glue/messages.hpp"

namespace sluice::glue {
namespace {

using aws::glue::IncludeGraph;
using aws::glue::RunStatus;
using aws::glue::WorkflowRun;

// Throttled, a watch asks less and less often.
constexpr Duration longest_interval = std::chrono::minutes(5);

std::string names_of(const std::vector<const JobDetail*>& details) {
  std::string names;
  for (const JobDetail* detail : details)
    names += (names.empty() ? "" : ", ") + detail->job_name;
  return names;
}

bool is_concurrency_error(const WorkflowRunResult& result) {
  return result.status == "ERROR" && result.error_message &&
         result.error_message->find("Concurrent runs exceeded") != std::string::npos;
}

// So that many watchers do not ask at the same moments.
Duration jittered(Duration interval, double random) {
  return std::chrono::duration_cast<Duration>(interval * (0.9 + 0.2 * random));
}

std::uint64_t whole_seconds(Duration duration) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

}  // namespace

WorkflowExecutor::WorkflowExecutor(Runtime& runtime, aws::glue::GlueApi& glue,
                                   WorkflowConfig config, GlueLog log, ExecutorOptions options)
    : runtime_(runtime),
      glue_(glue),
      config_(std::move(config)),
      log_(std::move(log)),
      options_(std::move(options)) {}

Task<WorkflowRunResult> WorkflowExecutor::get_workflow_run_status(OpContext context,
                                                                  std::string workflow_name,
                                                                  std::string run_id) {
  const WorkflowRun run =
      co_await glue_.get_workflow_run(context, workflow_name, run_id, IncludeGraph::yes);
  co_return make_run_result(run);
}

Task<std::vector<JobDetail>> WorkflowExecutor::get_job_run_details(OpContext context,
                                                                   std::string workflow_name,
                                                                   std::string run_id) {
  WorkflowRunResult result = co_await get_workflow_run_status(context, workflow_name, run_id);
  co_return std::move(result.job_details);
}

Task<> WorkflowExecutor::stop(OpContext context, std::string workflow_name, std::string run_id) {
  co_await glue_.stop_workflow_run(context, workflow_name, run_id);
}

Task<aws::glue::ResumedRun> WorkflowExecutor::resume(OpContext context, std::string workflow_name,
                                                     std::string run_id) {
  const WorkflowRunResult result = co_await get_workflow_run_status(context, workflow_name, run_id);
  std::vector<std::string> node_ids;
  for (const JobDetail* detail : result.failed_details())
    node_ids.push_back(detail->unique_id);
  if (node_ids.empty()) {
    throw Error(ErrorCode::invalid_input, "resume", run_id,
                say(log_.language(), messages::no_failed_nodes, std::string_view(run_id)));
  }
  co_return co_await glue_.resume_workflow_run(context, workflow_name, run_id, node_ids);
}

Task<WorkflowRunResult> WorkflowExecutor::wait_for_completion(OpContext context,
                                                              std::string workflow_name,
                                                              std::string run_id) {
  const SteadyTime deadline =
      runtime_.clock().steady() +
      std::chrono::duration_cast<SteadyTime::duration>(config_.execution_timeout);
  co_await poll_until_ended(context, workflow_name, run_id, deadline);
  co_await read_graph(context, workflow_name, run_id);
  co_await judge(context, std::move(workflow_name));
  co_return *last_;
}

Task<> WorkflowExecutor::poll_until_ended(OpContext context, std::string workflow_name,
                                          std::string run_id, SteadyTime deadline) {
  Duration interval = config_.polling_interval;
  for (;;) {
    std::optional<Error> failed;
    try {
      co_await poll(context.shortened_to(deadline), workflow_name, run_id);
    } catch (const Error& error) {
      // The service's answer may be final; a connection that broke off never is.
      if (!error.retryable()) throw;
      failed = error;
    }
    const SteadyTime now = runtime_.clock().steady();
    if (!failed && aws::glue::is_ended(aws::glue::run_status(last_->status))) co_return;
    if (now >= deadline) {
      const std::string text = co_await end_of_time(context, workflow_name, run_id);
      throw WorkflowTimeoutError(Error(ErrorCode::timeout, "watch", workflow_name, text));
    }
    if (failed) {
      log_.warning(Component::workflow, messages::poll_failed, std::string_view(failed->what()));
      if (failed->code() == ErrorCode::throttled)
        interval = std::max(config_.polling_interval, std::min(interval * 2, longest_interval));
    } else {
      interval = config_.polling_interval;
    }
    const Duration left = deadline - now;
    co_await sleep_for(std::min(jittered(interval, runtime_.random().unit()), left));
  }
}

Task<> WorkflowExecutor::poll(OpContext context, std::string workflow_name, std::string run_id) {
  const IncludeGraph graph = options_.live ? IncludeGraph::yes : IncludeGraph::no;
  const WorkflowRun run = co_await glue_.get_workflow_run(context, workflow_name, run_id, graph);
  const bool changed_status = !last_ || last_->status != run.status_name;
  if (run.status == RunStatus::unknown && changed_status)
    log_.warning(Component::workflow, messages::unknown_status, run.status_name);
  last_ = make_run_result(run);
  if (last_->run_id.empty()) last_->run_id = run_id;
  if (last_->workflow_name.empty()) last_->workflow_name = workflow_name;
  log_.info(Component::workflow, messages::workflow_running, last_->completed_jobs,
            last_->total_jobs, last_->failed_jobs);
  if (last_->failed_jobs > failures_told_)
    co_await tell_failed_jobs(context, workflow_name, run_id);
  if (options_.on_poll) options_.on_poll(*last_);
}

/// Polls do without the graph, which can be large; it is read when there is something to name.
Task<> WorkflowExecutor::tell_failed_jobs(OpContext context, std::string workflow_name,
                                          std::string run_id) {
  failures_told_ = last_->failed_jobs;
  if (last_->job_details.empty()) co_await read_graph(context, workflow_name, run_id);
  const std::string names = names_of(last_->failed_details());
  if (!names.empty()) log_.warning(Component::workflow, messages::jobs_failed_in_run, names);
}

Task<> WorkflowExecutor::read_graph(OpContext context, std::string workflow_name,
                                    std::string run_id) {
  std::optional<Error> failed;
  try {
    last_ = co_await get_workflow_run_status(context, workflow_name, run_id);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) throw;
    failed = error;
  }
  // How the run ended is known without it.
  if (failed)
    log_.warning(Component::workflow, messages::graph_unread, std::string_view(failed->what()));
}

Task<std::string> WorkflowExecutor::end_of_time(OpContext context, std::string workflow_name,
                                                std::string run_id) {
  if (options_.on_timeout == OnTimeout::stop) {
    co_await stop(context, workflow_name, run_id);
    log_.warning(Component::workflow, messages::run_stopped, run_id);
  } else {
    log_.warning(Component::workflow, messages::run_left, run_id, workflow_name);
  }
  co_return say(log_.language(), messages::workflow_timeout, std::string_view(workflow_name),
                whole_seconds(config_.execution_timeout));
}

void WorkflowExecutor::tell_nodes(const WorkflowRunResult& result) const {
  for (const JobDetail* node : result.failed_details()) {
    log_.error(Component::workflow, messages::node_failed, node->job_name, node->status,
               node->error_message, node->log_group, node->log_stream);
  }
  const std::string never = names_of(result.nodes_that_never_ran());
  if (never.empty()) return;
  const LogLevel level = options_.require_nodes ? LogLevel::error : LogLevel::warn;
  log_.write(level, Component::workflow,
             say(log_.language(), messages::nodes_never_ran, std::string_view(never)));
}

Task<> WorkflowExecutor::judge(OpContext context, std::string workflow_name) {
  const WorkflowRunResult& result = *last_;
  const std::string_view name = workflow_name;
  if (is_concurrency_error(result)) {
    const std::string words = co_await running_words(context, workflow_name);
    throw WorkflowExecutionError(
        Error(ErrorCode::conflict, "start", workflow_name,
              say(log_.language(), messages::execution_error, name, std::string_view(words))));
  }
  tell_nodes(result);
  const auto missing = options_.require_nodes ? result.nodes_that_never_ran().size() : 0;
  if (!result.is_successful() || missing > 0) {
    const std::string words = result.error_message ? " - " + *result.error_message : "";
    log_.error(Component::workflow, messages::ended_as, result.status, words);
    const std::string text =
        say(log_.language(), messages::workflow_failed, name, result.failed_jobs + missing);
    throw WorkflowFailedError(Error(ErrorCode::unavailable, "run", workflow_name, text));
  }
  const std::string seconds = fmt::format("{:.0f}", result.duration_seconds.value_or(0));
  log_.info(Component::workflow, messages::workflow_completed, name, std::string_view(seconds));
}

}  // namespace sluice::glue
