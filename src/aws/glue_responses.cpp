#include "aws/glue_responses.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sluice/codec/date.hpp"
#include "sluice/core/error.hpp"

namespace sluice::aws::glue {
namespace {

using codec::JsonValue;

std::string text(const JsonValue& value) {
  return std::string(value.as_string().value_or(""));
}

std::uint32_t count(const JsonValue& value) {
  const auto number = value.as_uint();
  return number && *number <= std::numeric_limits<std::uint32_t>::max()
             ? static_cast<std::uint32_t>(*number)
             : 0;
}

// Epoch seconds with a fraction, also in exponent form; other servers write ISO dates.
std::optional<TimePoint> moment(const JsonValue& value) {
  if (const auto iso = value.as_string()) return codec::parse_iso8601(*iso);
  const auto seconds = value.as_double();
  constexpr double farthest = 9.0e9;  // the year 2255: what TimePoint holds
  if (!seconds || !std::isfinite(*seconds) || std::abs(*seconds) > farthest) return std::nullopt;
  const auto micros = static_cast<std::int64_t>(std::llround(*seconds * 1e6));
  return TimePoint(std::chrono::microseconds(micros));
}

template <class Item, class Read>
std::vector<Item> list(const JsonValue& value, Read read) {
  std::vector<Item> items;
  if (const auto* array = value.as_array()) {
    items.reserve(array->size());
    for (const JsonValue& each : *array)
      items.push_back(read(each));
  }
  return items;
}

RunStatistics statistics(const JsonValue& value) {
  return {.total = count(value["TotalActions"]),
          .succeeded = count(value["SucceededActions"]),
          .failed = count(value["FailedActions"]),
          .timed_out = count(value["TimeoutActions"]),
          .stopped = count(value["StoppedActions"]),
          .errored = count(value["ErroredActions"]),
          .running = count(value["RunningActions"]),
          .waiting = count(value["WaitingActions"])};
}

JobRun job_run(const JsonValue& value) {
  JobRun run;
  run.id = text(value["Id"]);
  run.job_name = text(value["JobName"]);
  run.state = text(value["JobRunState"]);
  run.attempt = count(value["Attempt"]);
  run.started_on = moment(value["StartedOn"]);
  run.completed_on = moment(value["CompletedOn"]);
  run.error_message = text(value["ErrorMessage"]);
  run.log_group_name = text(value["LogGroupName"]);
  if (const auto seconds = value["ExecutionTime"].as_int())
    run.execution_time = std::chrono::seconds(std::min<std::int64_t>(*seconds, 100'000'000));
  return run;
}

Crawl crawl(const JsonValue& value) {
  return {.state = text(value["State"]),
          .error_message = text(value["ErrorMessage"]),
          .log_group = text(value["LogGroup"]),
          .log_stream = text(value["LogStream"]),
          .started_on = moment(value["StartedOn"]),
          .completed_on = moment(value["CompletedOn"])};
}

NodeType node_type(std::string_view name) {
  if (name == "JOB") return NodeType::job;
  if (name == "CRAWLER") return NodeType::crawler;
  if (name == "TRIGGER") return NodeType::trigger;
  return NodeType::other;
}

Node node(const JsonValue& value) {
  Node read;
  read.type = node_type(text(value["Type"]));
  read.name = text(value["Name"]);
  read.unique_id = text(value["UniqueId"]);
  const JsonValue& trigger = value["TriggerDetails"]["Trigger"];
  read.trigger_type = text(trigger["Type"]);
  read.trigger_state = text(trigger["State"]);
  read.job_runs = list<JobRun>(value["JobDetails"]["JobRuns"], job_run);
  read.crawls = list<Crawl>(value["CrawlerDetails"]["Crawls"], crawl);
  return read;
}

Edge edge(const JsonValue& value) {
  return {.source_id = text(value["SourceId"]), .destination_id = text(value["DestinationId"])};
}

std::optional<Graph> graph(const JsonValue& value) {
  if (value.is_null()) return std::nullopt;
  return Graph{.nodes = list<Node>(value["Nodes"], node),
               .edges = list<Edge>(value["Edges"], edge)};
}

WorkflowRun workflow_run(const JsonValue& value) {
  WorkflowRun run;
  run.name = text(value["Name"]);
  run.run_id = text(value["WorkflowRunId"]);
  run.previous_run_id = text(value["PreviousRunId"]);
  if (const auto* properties = value["WorkflowRunProperties"].as_object()) {
    for (const auto& [key, each] : *properties)
      run.properties[key] = text(each);
  }
  run.started_on = moment(value["StartedOn"]);
  run.completed_on = moment(value["CompletedOn"]);
  run.status_name = text(value["Status"]);
  run.status = run_status(run.status_name);
  run.error_message = text(value["ErrorMessage"]);
  run.statistics = statistics(value["Statistics"]);
  run.graph = graph(value["Graph"]);
  return run;
}

std::string needed(const JsonValue& value, const char* member, const char* operation,
                   std::string_view subject) {
  std::string found = text(value[member]);
  if (found.empty()) {
    throw Error(ErrorCode::protocol, operation, std::string(subject),
                std::string("the answer has no ") + member);
  }
  return found;
}

const JsonValue& needed_object(const JsonValue& answer, const char* member, const char* operation,
                               std::string_view subject) {
  const JsonValue& found = answer[member];
  if (!found.as_object()) {
    throw Error(ErrorCode::protocol, operation, std::string(subject),
                std::string("the answer has no ") + member);
  }
  return found;
}

}  // namespace

RunStatus run_status(std::string_view name) {
  if (name == "RUNNING") return RunStatus::running;
  if (name == "COMPLETED") return RunStatus::completed;
  if (name == "STOPPING") return RunStatus::stopping;
  if (name == "STOPPED") return RunStatus::stopped;
  if (name == "ERROR") return RunStatus::error;
  return RunStatus::unknown;
}

bool is_ended(RunStatus status) {
  return status == RunStatus::completed || status == RunStatus::stopped ||
         status == RunStatus::error;
}

Workflow read_workflow(const JsonValue& answer, std::string_view subject) {
  const JsonValue& value = needed_object(answer, "Workflow", "GetWorkflow", subject);
  Workflow workflow;
  workflow.name = text(value["Name"]);
  workflow.description = text(value["Description"]);
  if (value["MaxConcurrentRuns"].as_uint())
    workflow.max_concurrent_runs = count(value["MaxConcurrentRuns"]);
  if (!value["LastRun"].is_null()) workflow.last_run = workflow_run(value["LastRun"]);
  workflow.graph = graph(value["Graph"]);
  return workflow;
}

std::string read_started_run(const JsonValue& answer, std::string_view subject) {
  return needed(answer, "RunId", "StartWorkflowRun", subject);
}

WorkflowRun read_workflow_run(const JsonValue& answer, std::string_view subject) {
  return workflow_run(needed_object(answer, "Run", "GetWorkflowRun", subject));
}

WorkflowRunsPage read_workflow_runs(const JsonValue& answer) {
  return {.runs = list<WorkflowRun>(answer["Runs"], workflow_run),
          .next_token = text(answer["NextToken"])};
}

ResumedRun read_resumed_run(const JsonValue& answer, std::string_view subject) {
  return {.run_id = needed(answer, "RunId", "ResumeWorkflowRun", subject),
          .node_ids = list<std::string>(answer["NodeIds"], text)};
}

}  // namespace sluice::aws::glue
