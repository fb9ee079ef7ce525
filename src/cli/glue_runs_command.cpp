// sluice glue validate, status, runs, stop, resume.
#include <fmt/format.h>

#include "glue_command.hpp"
#include "glue_messages.hpp"
#include "glue_run_lines.hpp"
#include "glue_world.hpp"
#include "line_reader.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/codec/units.hpp"
#include "sluice/glue/workflow_executor.hpp"
#include "usage_error.hpp"

namespace sluice::cli {
namespace {

using glue::ConfigManager;

Language language_of(Session& session) {
  return glue_language(session.options(), session.environment(), std::nullopt);
}

/// Glue, and the workflow that is asked about.
struct Asked {
  std::unique_ptr<glue::S3ObjectStore> store;
  std::unique_ptr<aws::glue::GlueApi> api;
  std::string workflow;
};

// The file is for region, profile and name; without one, the flags and the environment say them.
Task<Asked> ask(Session& session, std::shared_ptr<const GlueOptions> options) {
  glue::AwsConfig aws;
  Asked asked;
  asked.workflow = options->workflow;
  if (!options->config.empty()) {
    const ConfigManager config = co_await ConfigManager::load(
        session.runtime(), options->config, session.environment(), language_of(session));
    aws = config.get_aws_config();
    if (asked.workflow.empty()) asked.workflow = config.get_workflow_config().name;
  }
  if (asked.workflow.empty())
    throw UsageError("--workflow", "it is missing: name the workflow, or the file that does");
  asked.store = open_glue_store(session, aws, 1);
  asked.api = co_await asked.store->glue();
  co_return asked;
}

/// Runs `work(asked)`, and closes what was opened however it ends.
template <class Work>
Task<ExitCode> with_glue(Session& session, std::shared_ptr<const GlueOptions> options, Work work) {
  Asked asked = co_await ask(session, options);
  std::exception_ptr thrown;
  try {
    co_await work(session, *options, asked);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  asked.api.reset();
  co_await asked.store->close(session.context());
  if (thrown) std::rethrow_exception(thrown);
  co_return ExitCode::ok;
}

glue::WorkflowExecutor executor_for(Session& session, Asked& asked) {
  return glue::WorkflowExecutor(session.runtime(), *asked.api, glue::WorkflowConfig(),
                                glue::GlueLog(session.context().log, language_of(session)), {});
}

std::string time_text(const std::optional<TimePoint>& time) {
  if (!time) return "-";
  return codec::format_iso8601(std::chrono::floor<std::chrono::seconds>(*time));
}

void print_json(Output& output, const glue::WorkflowRunResult& run) {
  codec::JsonWriter writer;
  writer.begin_object().key("run_id").value(run.run_id).key("status").value(run.status);
  writer.key("start_time").value(time_text(run.start_time));
  writer.key("end_time").value(time_text(run.end_time));
  writer.key("total_jobs").value(std::uint64_t{run.total_jobs});
  writer.key("completed_jobs").value(std::uint64_t{run.completed_jobs});
  writer.key("failed_jobs").value(std::uint64_t{run.failed_jobs});
  if (run.error_message) writer.key("error_message").value(*run.error_message);
  writer.key("jobs").begin_array();
  for (const glue::JobDetail& job : run.job_details) {
    writer.begin_object().key("name").value(job.job_name).key("status").value(job.status);
    if (job.duration_seconds) writer.key("duration_seconds").value(*job.duration_seconds);
    if (!job.error_message.empty()) writer.key("error_message").value(job.error_message);
    writer.end_object();
  }
  writer.end_array().end_object();
  output.object(writer);
}

void print_run(Session& session, const glue::WorkflowRunResult& run) {
  Output& output = session.output();
  if (output.json()) return print_json(output, run);
  constexpr std::size_t unlimited = 10'000;
  output.line(run.run_id);
  const TimePoint now = run.end_time.value_or(session.runtime().clock().now());
  for (const std::string& line : describe_run(run, now, language_of(session), unlimited, unlimited))
    output.line(line);
}

Task<> show_status(Session& session, const GlueOptions& options, Asked& asked) {
  std::string run_id = options.run_id;
  if (run_id.empty()) {
    const aws::glue::WorkflowRunsPage page =
        co_await asked.api->get_workflow_runs(session.context(), asked.workflow, "", 1);
    if (page.runs.empty()) {
      session.output().note(
          say(language_of(session), messages::glue::no_runs, std::string_view(asked.workflow)));
      co_return;
    }
    run_id = page.runs.front().run_id;
  }
  glue::WorkflowExecutor executor = executor_for(session, asked);
  const glue::WorkflowRunResult run =
      co_await executor.get_workflow_run_status(session.context(), asked.workflow, run_id);
  print_run(session, run);
}

Task<> list_runs(Session& session, const GlueOptions& options, Asked& asked) {
  std::uint32_t left = options.limit;
  std::string next;
  do {
    const aws::glue::WorkflowRunsPage page = co_await asked.api->get_workflow_runs(
        session.context(), asked.workflow, next, std::min<std::uint32_t>(left, 100));
    for (const aws::glue::WorkflowRun& run : page.runs) {
      if (left == 0) break;
      --left;
      const glue::WorkflowRunResult result = glue::make_run_result(run);
      if (session.output().json()) {
        print_json(session.output(), result);
      } else {
        session.output().line(fmt::format("{}  {:<9}  {:<20}  {:<20}  {}/{}  {}", result.run_id,
                                          result.status, time_text(result.start_time),
                                          time_text(result.end_time), result.completed_jobs,
                                          result.total_jobs, result.error_message.value_or("")));
      }
    }
    next = page.next_token;
  } while (!next.empty() && left > 0);
}

Task<> stop_run(Session& session, const GlueOptions& options, Asked& asked) {
  co_await asked.api->stop_workflow_run(session.context(), asked.workflow, options.run_id);
  session.output().note(say(language_of(session), messages::glue::stop_sent,
                            std::string_view(asked.workflow), std::string_view(options.run_id)));
}

Task<> resume_run(Session& session, const GlueOptions& options, Asked& asked) {
  glue::WorkflowExecutor executor = executor_for(session, asked);
  const aws::glue::ResumedRun resumed =
      co_await executor.resume(session.context(), asked.workflow, options.run_id);
  session.output().note(say(language_of(session), messages::glue::resumed,
                            std::string_view(asked.workflow), std::string_view(resumed.run_id),
                            resumed.node_ids.size()));
}

Task<ExitCode> validate(Session& session, std::shared_ptr<const GlueOptions> options) {
  if (options->config.empty())
    throw UsageError("--config", "it is missing: name the YAML file of the run");
  const Language language = language_of(session);
  const ConfigManager config = co_await ConfigManager::load(session.runtime(), options->config,
                                                            session.environment(), language);
  if (!options->explain) {
    session.output().note(say(language, messages::glue::valid, std::string_view(config.path())));
    co_return ExitCode::ok;
  }
  LineReader lines(session.runtime(), "-", session.stop_function());
  while (auto line = co_await lines.next()) {
    if (!line->empty()) session.output().line(glue::explain(config.get(), *line, language));
    co_await session.output().room(session.stop_function());
  }
  co_return ExitCode::ok;
}

}  // namespace

Task<ExitCode> validate_glue(Session& session, std::shared_ptr<const GlueOptions> options) {
  return with_glue_codes(session, validate(session, std::move(options)));
}

Task<ExitCode> show_glue_status(Session& session, std::shared_ptr<const GlueOptions> options) {
  return with_glue_codes(session, with_glue(session, std::move(options), show_status));
}

Task<ExitCode> list_glue_runs(Session& session, std::shared_ptr<const GlueOptions> options) {
  return with_glue_codes(session, with_glue(session, std::move(options), list_runs));
}

Task<ExitCode> stop_glue_run(Session& session, std::shared_ptr<const GlueOptions> options) {
  return with_glue_codes(session, with_glue(session, std::move(options), stop_run));
}

Task<ExitCode> resume_glue_run(Session& session, std::shared_ptr<const GlueOptions> options) {
  return with_glue_codes(session, with_glue(session, std::move(options), resume_run));
}

}  // namespace sluice::cli
