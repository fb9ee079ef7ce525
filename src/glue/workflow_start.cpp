#include <utility>

#include "glue/run_messages.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/glue/messages.hpp"
#include "sluice/glue/workflow_executor.hpp"

namespace sluice::glue {
namespace {

using aws::glue::WorkflowRun;
using aws::glue::WorkflowRunsPage;

constexpr const char* token_property = "sluice:run-token";
constexpr std::uint32_t starts = 3;  // in all
// A run is listed soon after it was started; how soon, AWS does not say.
constexpr std::uint32_t looks = 5;
constexpr Duration first_pause = std::chrono::seconds(1);
// How far the clocks may be apart when runs are told from older ones.
constexpr Duration clock_allowance = std::chrono::minutes(10);
constexpr std::uint32_t page_size = 100;

// What leaves open whether the service has acted.
bool is_ambiguous(const Error& error) {
  return error.code() == ErrorCode::network || error.code() == ErrorCode::timeout ||
         error.code() == ErrorCode::unavailable || error.code() == ErrorCode::protocol;
}

bool is_concurrency(const Error& error) {
  return error.server_code() == "ConcurrentRunsExceededException";
}

}  // namespace

void WorkflowExecutor::throw_start_error(const std::string& workflow_name,
                                         const Error& error) const {
  const std::string_view name = workflow_name;
  const auto named = [&](std::string text) {
    return Error(error.code(), "start", workflow_name, std::move(text)).caused_by(error);
  };
  const std::string_view what = error.what();
  const Language language = log_.language();
  if (error.code() == ErrorCode::not_found)
    throw WorkflowNotFoundError(named(say(language, messages::workflow_missing, name)));
  const std::string text = say(language, messages::execution_error, name, what);
  if (error.code() == ErrorCode::permission_denied || error.code() == ErrorCode::unauthenticated)
    throw PermissionError(named(text));
  throw WorkflowExecutionError(named(text));
}

Task<std::string> WorkflowExecutor::execute_workflow(OpContext context, std::string workflow_name) {
  if (options_.attach) {
    const std::optional<WorkflowRun> running = co_await find_running(context, workflow_name);
    if (running) {
      log_.info(Component::workflow, messages::attached, workflow_name, running->run_id);
      co_return running->run_id;
    }
  }
  const std::string token = runtime_.random().uuid();
  std::optional<Error> refused;
  std::string run_id;
  try {
    run_id = co_await start_once(context, workflow_name, token);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) throw;
    refused = error;
  }
  if (refused && is_concurrency(*refused)) {
    const std::string words = co_await running_words(context, workflow_name);
    throw WorkflowExecutionError(
        Error(ErrorCode::conflict, "start", workflow_name,
              say(log_.language(), messages::execution_error, std::string_view(workflow_name),
                  std::string_view(words)))
            .caused_by(*refused));
  }
  if (refused) throw_start_error(workflow_name, *refused);
  log_.info(Component::workflow, messages::workflow_started, workflow_name, run_id);
  co_return run_id;
}

Task<std::string> WorkflowExecutor::start_once(OpContext context, std::string workflow_name,
                                               std::string token) {
  const TimePoint since = runtime_.clock().now() - clock_allowance;
  for (std::uint32_t attempt = 1;; ++attempt) {
    std::optional<Error> lost;
    try {
      co_return co_await glue_.start_workflow_run(context, workflow_name,
                                                  {{token_property, token}});
    } catch (const Error& error) {
      if (!is_ambiguous(error)) throw;
      lost = error;
    }
    log_.warning(Component::workflow, messages::start_unclear, std::string_view(lost->what()));
    const auto found = co_await find_started(context, workflow_name, token, since);
    if (found) co_return *found;
    if (attempt == starts) throw *lost;
  }
}

/// The run with our token. Looks for a while, since a list may lag behind.
Task<std::optional<std::string>> WorkflowExecutor::find_started(OpContext context,
                                                                std::string workflow_name,
                                                                std::string token,
                                                                TimePoint since) {
  Duration pause = std::min(first_pause, config_.polling_interval);
  for (std::uint32_t look = 0; look < looks; ++look, pause *= 2) {
    co_await sleep_for(pause);
    std::string next;
    do {
      const WorkflowRunsPage page =
          co_await glue_.get_workflow_runs(context, workflow_name, next, page_size);
      bool older = false;
      for (const WorkflowRun& run : page.runs) {
        const auto mark = run.properties.find(token_property);
        if (mark != run.properties.end() && mark->second == token) co_return run.run_id;
        older = older || (run.started_on && *run.started_on < since);
      }
      next = older ? std::string() : page.next_token;
    } while (!next.empty());
  }
  co_return std::nullopt;
}

Task<std::optional<WorkflowRun>> WorkflowExecutor::find_running(OpContext context,
                                                                std::string workflow_name) {
  // One page: more than 100 runs are never under way behind newer ones that have ended.
  WorkflowRunsPage page;
  std::optional<Error> refused;
  try {
    page = co_await glue_.get_workflow_runs(context, workflow_name, "", page_size);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) throw;
    refused = error;
  }
  if (refused) throw_start_error(workflow_name, *refused);
  for (WorkflowRun& run : page.runs) {
    if (!aws::glue::is_ended(run.status)) co_return std::move(run);
  }
  co_return std::nullopt;
}

Task<std::string> WorkflowExecutor::running_words(OpContext context, std::string workflow_name) {
  const std::optional<WorkflowRun> running = co_await find_running(context, workflow_name);
  if (!running) co_return say(log_.language(), messages::too_many_runs);
  co_return say(log_.language(), messages::still_running, std::string_view(running->run_id));
}

}  // namespace sluice::glue
