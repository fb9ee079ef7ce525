#include "glue/workflow_service.hpp"

#include <algorithm>

#include "glue/answers.hpp"
#include "glue/glue_exchange.hpp"
#include "s3/checksum.hpp"
#include "s3/object.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

GlueAnswer refusal(std::string_view type, std::string_view message) {
  return {.status = 400, .body = error_json(type, message)};
}

std::string text(const codec::JsonValue& value) {
  return std::string(value.as_string().value_or(""));
}

}  // namespace

GlueService::GlueService(Scenario scenario, AuthPolicy auth, const Parts& parts)
    : scenario_(std::move(scenario)),
      parts_(parts),
      verifier_(std::move(auth)),
      fault_calls_(scenario_.faults.size(), 0) {
  const TimePoint now = parts_.clock.now();
  for (const ScenarioObject& object : scenario_.objects)
    put(object, now);
  for (const ScenarioJob& job : scenario_.jobs) {
    for (const ScenarioObject& object : job.objects)
      parts_.store.create_bucket(object.bucket, now);
  }
  if (scenario_.already_running) start(now, {});
}

std::unique_ptr<Exchange> GlueService::begin(const RequestHead& head) {
  if (head.value_or_empty("x-amz-target").starts_with("AWSGlue."))
    return std::make_unique<GlueExchange>(*this, head);
  bring_objects();
  return parts_.next.begin(head);
}

void GlueService::put(const ScenarioObject& given, TimePoint now) {
  parts_.store.create_bucket(given.bucket, now);
  const std::string bytes =
      given.text.empty() ? std::string(static_cast<std::size_t>(given.size), 'x') : given.text;
  auto writer = parts_.store.storage().create_blob(bytes.size());
  writer->write(as_bytes(bytes));
  auto object = std::make_shared<Object>();
  object->content = Content::of(writer->finish());
  object->etag = codec::to_hex(codec::md5(as_bytes(bytes)));
  object->modified = std::chrono::floor<std::chrono::seconds>(now);
  object->attributes.storage_class = given.storage_class;
  for (const auto& [name, value] : given.metadata)
    object->attributes.metadata.emplace_back(name, value);
  ChecksumMeter meter(ChecksumAlgorithm::crc64nvme);
  meter.update(as_bytes(bytes));
  object->checksum.value = meter.finish();
  parts_.store.put(given.bucket, given.key, std::move(object));
}

void GlueService::bring_objects() {
  const TimePoint now = parts_.clock.now();
  for (const GlueRun& run : runs_) {
    for (const NodeState& node : state_of(scenario_, run, now).nodes) {
      if (!node.succeeded() || node.job->objects.empty()) continue;
      if (!made_.emplace(run.id + "/" + node.job->name, true).second) continue;
      for (const ScenarioObject& object : node.job->objects)
        put(object, *node.attempts.back().ended);
    }
  }
}

GlueRun& GlueService::start(TimePoint now, std::map<std::string, std::string> properties) {
  GlueRun run;
  run.id = "wr_" + codec::to_hex(codec::sha256(as_bytes(parts_.random.uuid())));
  run.started = now;
  run.properties = std::move(properties);
  runs_.push_back(std::move(run));
  return runs_.back();
}

std::size_t GlueService::running(TimePoint now) const {
  return static_cast<std::size_t>(std::ranges::count_if(runs_, [&](const GlueRun& run) {
    const std::string status = state_of(scenario_, run, now).status;
    return status == "RUNNING" || status == "STOPPING";
  }));
}

const ScenarioFault* GlueService::next_fault(const std::string& operation) {
  for (std::size_t i = 0; i < scenario_.faults.size(); ++i) {
    const ScenarioFault& fault = scenario_.faults[i];
    if (!fault.operation.empty() && fault.operation != operation) continue;
    const std::uint64_t call = fault_calls_[i]++;
    if (call >= fault.skip && call < fault.skip + fault.count) return &fault;
  }
  return nullptr;
}

GlueAnswer GlueService::run(const std::string& operation, const std::string& body) {
  static const std::map<std::string, Operation> operations = {
      {"GetWorkflow", &GlueService::get_workflow},
      {"ListWorkflows", &GlueService::list_workflows},
      {"StartWorkflowRun", &GlueService::start_workflow_run},
      {"GetWorkflowRun", &GlueService::get_workflow_run},
      {"GetWorkflowRuns", &GlueService::get_workflow_runs},
      {"GetWorkflowRunProperties", &GlueService::get_properties},
      {"PutWorkflowRunProperties", &GlueService::put_properties},
      {"StopWorkflowRun", &GlueService::stop_workflow_run},
      {"ResumeWorkflowRun", &GlueService::resume_workflow_run},
      {"GetJobRuns", &GlueService::get_job_runs},
  };
  const auto found = operations.find(operation);
  if (found == operations.end()) return refusal("UnknownOperationException", operation);
  codec::JsonValue input;
  try {
    input = codec::parse_json(body, operation);
  } catch (const Error& error) {
    return refusal("SerializationException", error.message());
  }
  const bool named = operation != "ListWorkflows" && operation != "GetJobRuns";
  if (named && text(input["Name"]).empty())
    return refusal("InvalidInputException", "Name must not be null.");
  if (named && text(input["Name"]) != scenario_.workflow)
    return refusal("EntityNotFoundException", "Entity not found");
  return (this->*found->second)(input);
}

GlueRun* GlueService::find_run(const codec::JsonValue& input) {
  const auto found = std::ranges::find(runs_, text(input["RunId"]), &GlueRun::id);
  return found == runs_.end() ? nullptr : &*found;
}

GlueAnswer GlueService::get_workflow(const codec::JsonValue&) {
  codec::JsonWriter writer;
  writer.begin_object().key("Workflow").begin_object().key("Name").value(scenario_.workflow);
  writer.key("MaxConcurrentRuns").value(std::uint64_t{scenario_.max_concurrent_runs});
  if (!runs_.empty()) {
    const std::string run = run_json(scenario_, runs_.back(), parts_.clock.now(), false);
    writer.key("LastRun").value(codec::parse_json(run, "run"));
  }
  writer.end_object().end_object();
  return {.body = writer.take()};
}

GlueAnswer GlueService::list_workflows(const codec::JsonValue&) {
  codec::JsonWriter writer;
  writer.begin_object().key("Workflows").begin_array().value(scenario_.workflow);
  writer.end_array().end_object();
  return {.body = writer.take()};
}

GlueAnswer GlueService::start_workflow_run(const codec::JsonValue& input) {
  const TimePoint now = parts_.clock.now();
  const bool excess = running(now) >= scenario_.max_concurrent_runs;
  const std::string words = "Concurrent runs exceeded for workflow: " + scenario_.workflow + ".";
  if (excess && !scenario_.excess_is_run) return refusal("ConcurrentRunsExceededException", words);
  std::map<std::string, std::string> properties;
  if (const auto* given = input["RunProperties"].as_object()) {
    for (const auto& [name, value] : *given)
      properties[name] = text(value);
  }
  GlueRun& run = start(now, std::move(properties));
  if (excess) run.excess = words;
  codec::JsonWriter writer;
  writer.begin_object().key("RunId").value(run.id).end_object();
  return {.body = writer.take()};
}

GlueAnswer GlueService::get_workflow_run(const codec::JsonValue& input) {
  const GlueRun* const run = find_run(input);
  if (!run) return refusal("EntityNotFoundException", "Workflow run not found");
  const bool graph = input["IncludeGraph"].as_bool().value_or(false);
  return {.body = R"({"Run":)" + run_json(scenario_, *run, parts_.clock.now(), graph) + "}"};
}

GlueAnswer GlueService::get_workflow_runs(const codec::JsonValue& input) {
  const std::uint64_t most = input["MaxResults"].as_uint().value_or(1000);
  if (most < 1 || most > 1000)
    return refusal("InvalidInputException", "MaxResults must be between 1 and 1000");
  const std::string token = text(input["NextToken"]);
  const bool number = std::ranges::all_of(token, [](char c) { return c >= '0' && c <= '9'; });
  if (!number || token.size() > 9) return refusal("InvalidInputException", "Invalid NextToken");
  const std::size_t begin = token.empty() ? 0 : std::stoul(token);
  const bool graph = input["IncludeGraph"].as_bool().value_or(false);
  std::string body = R"({"Runs":[)";
  std::size_t at = begin;
  for (; at < runs_.size() && at - begin < most; ++at) {
    if (at > begin) body += ',';
    body += run_json(scenario_, runs_[runs_.size() - 1 - at], parts_.clock.now(), graph);
  }
  body += "]";
  if (at < runs_.size()) body += R"(,"NextToken":")" + std::to_string(at) + "\"";
  return {.body = body + "}"};
}

GlueAnswer GlueService::get_properties(const codec::JsonValue& input) {
  const GlueRun* const run = find_run(input);
  if (!run) return refusal("EntityNotFoundException", "Workflow run not found");
  codec::JsonWriter writer;
  writer.begin_object().key("RunProperties").begin_object();
  for (const auto& [name, value] : run->properties)
    writer.key(name).value(value);
  writer.end_object().end_object();
  return {.body = writer.take()};
}

GlueAnswer GlueService::put_properties(const codec::JsonValue& input) {
  GlueRun* const run = find_run(input);
  if (!run) return refusal("EntityNotFoundException", "Workflow run not found");
  if (const auto* given = input["RunProperties"].as_object()) {
    for (const auto& [name, value] : *given)
      run->properties[name] = text(value);
  }
  return {.body = "{}"};
}

GlueAnswer GlueService::stop_workflow_run(const codec::JsonValue& input) {
  GlueRun* const run = find_run(input);
  if (!run) return refusal("EntityNotFoundException", "Workflow run not found");
  const TimePoint now = parts_.clock.now();
  if (state_of(scenario_, *run, now).status != "RUNNING")
    return refusal("IllegalWorkflowStateException", "The workflow run is not running.");
  run->stopped = now;
  return {.body = "{}"};
}

GlueAnswer GlueService::resume_workflow_run(const codec::JsonValue& input) {
  const GlueRun* const run = find_run(input);
  if (!run) return refusal("EntityNotFoundException", "Workflow run not found");
  const TimePoint now = parts_.clock.now();
  const RunState state = state_of(scenario_, *run, now);
  if (state.status != "COMPLETED" && state.status != "STOPPED")
    return refusal("IllegalWorkflowStateException", "The workflow run has not completed.");
  const auto* ids = input["NodeIds"].as_array();
  if (!ids || ids->empty()) return refusal("InvalidInputException", "NodeIds must not be empty");
  std::vector<std::string> kept;
  for (const NodeState& node : state.nodes) {
    if (node.succeeded()) kept.push_back(node.job->name);
  }
  codec::JsonWriter writer;
  writer.begin_object().key("NodeIds").begin_array();
  for (const codec::JsonValue& id : *ids) {
    const auto known = std::ranges::find(state.nodes, text(id), &NodeState::unique_id);
    if (known == state.nodes.end() || known->attempts.empty())
      return refusal("InvalidInputException", "A node without a run attempt cannot be resumed");
    std::erase(kept, known->job->name);
    writer.value(text(id));
  }
  const std::string previous = run->id;
  // start() moves the runs.
  const std::map<std::string, std::string> properties = run->properties;
  GlueRun& resumed = start(now, properties);
  resumed.previous_id = previous;
  resumed.kept = std::move(kept);
  resumed.resumed = true;
  writer.end_array().key("RunId").value(resumed.id).end_object();
  return {.body = writer.take()};
}

GlueAnswer GlueService::get_job_runs(const codec::JsonValue& input) {
  const std::string name = text(input["JobName"]);
  codec::JsonWriter writer;
  writer.begin_object().key("JobRuns").begin_array();
  for (const GlueRun& run : runs_) {
    for (const NodeState& node : state_of(scenario_, run, parts_.clock.now()).nodes) {
      if (node.job->name != name) continue;
      for (const NodeAttempt& attempt : node.attempts) {
        writer.begin_object().key("Id").value(attempt.id).key("JobName").value(name);
        writer.key("JobRunState").value(attempt.state).end_object();
      }
    }
  }
  writer.end_array().end_object();
  return {.body = writer.take()};
}

}  // namespace sluice::lab
