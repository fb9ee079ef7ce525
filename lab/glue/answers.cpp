#include "glue/answers.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "sluice/codec/json.hpp"

namespace sluice::lab {
namespace {

using codec::JsonWriter;

double epoch(TimePoint time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

// One trigger for all nodes that wait for the same others.
std::string trigger_of(const ScenarioJob& job) {
  std::string name = job.after.empty() ? "start" : "after";
  for (const std::string& other : job.after)
    name += "-" + other;
  return name;
}

void write_attempt(JsonWriter& writer, const NodeState& node, std::size_t number) {
  const NodeAttempt& attempt = node.attempts[number];
  writer.begin_object().key("Id").value(attempt.id).key("Attempt").value(std::uint64_t{number});
  writer.key("TriggerName").value(trigger_of(*node.job)).key("JobName").value(node.job->name);
  writer.key("StartedOn").value(epoch(attempt.started));
  writer.key("JobRunState").value(attempt.state).key("PredecessorRuns").begin_array().end_array();
  if (attempt.ended) {
    writer.key("CompletedOn").value(epoch(*attempt.ended));
    const auto taken =
        std::chrono::duration_cast<std::chrono::seconds>(*attempt.ended - attempt.started);
    writer.key("ExecutionTime").value(static_cast<std::int64_t>(taken.count()));
    const bool failed = attempt.state != "SUCCEEDED" && attempt.state != "STOPPED";
    if (failed && !node.job->error.empty()) writer.key("ErrorMessage").value(node.job->error);
  }
  writer.key("Timeout").value(2880).key("LogGroupName").value(node.job->log_group).end_object();
}

void write_crawl(JsonWriter& writer, const NodeState& node, std::size_t number) {
  const NodeAttempt& attempt = node.attempts[number];
  const bool stopped = attempt.state == "STOPPED";
  writer.begin_object().key("State").value(stopped ? "CANCELLED" : attempt.state);
  writer.key("StartedOn").value(epoch(attempt.started));
  if (attempt.ended) writer.key("CompletedOn").value(epoch(*attempt.ended));
  if (!node.job->error.empty() && attempt.state != "SUCCEEDED")
    writer.key("ErrorMessage").value(node.job->error);
  writer.key("LogGroup").value("/aws-glue/crawlers").key("LogStream").value(node.job->name);
  writer.end_object();
}

void write_node(JsonWriter& writer, const NodeState& node) {
  const bool crawler = node.job->crawler;
  writer.begin_object().key("Type").value(crawler ? "CRAWLER" : "JOB");
  writer.key("Name").value(node.job->name).key("UniqueId").value(node.unique_id);
  writer.key(crawler ? "CrawlerDetails" : "JobDetails").begin_object();
  writer.key(crawler ? "Crawls" : "JobRuns").begin_array();
  for (std::size_t i = 0; i < node.attempts.size(); ++i) {
    if (crawler) {
      write_crawl(writer, node, i);
    } else {
      write_attempt(writer, node, i);
    }
  }
  writer.end_array().end_object().end_object();
}

void write_trigger(JsonWriter& writer, const std::string& name, bool first) {
  writer.begin_object().key("Type").value("TRIGGER").key("Name").value(name);
  writer.key("UniqueId").value(node_id("trigger " + name)).key("TriggerDetails").begin_object();
  writer.key("Trigger").begin_object().key("Name").value(name);
  writer.key("Type").value(first ? "ON_DEMAND" : "CONDITIONAL");
  writer.key("State").value("ACTIVATED").end_object().end_object().end_object();
}

void write_edge(JsonWriter& writer, const std::string& from, const std::string& to) {
  writer.begin_object().key("SourceId").value(from).key("DestinationId").value(to).end_object();
}

void write_graph(JsonWriter& writer, const std::vector<NodeState>& nodes) {
  std::map<std::string, const ScenarioJob*> triggers;
  for (const NodeState& node : nodes)
    triggers.emplace(trigger_of(*node.job), node.job);
  writer.key("Graph").begin_object().key("Nodes").begin_array();
  for (const auto& [name, job] : triggers)
    write_trigger(writer, name, job->after.empty());
  for (const NodeState& node : nodes)
    write_node(writer, node);
  writer.end_array().key("Edges").begin_array();
  for (const auto& [name, job] : triggers) {
    for (const std::string& other : job->after)
      write_edge(writer, node_id(other), node_id("trigger " + name));
  }
  for (const NodeState& node : nodes)
    write_edge(writer, node_id("trigger " + trigger_of(*node.job)), node.unique_id);
  writer.end_array().end_object();
}

void write_statistics(JsonWriter& writer, const std::vector<NodeState>& nodes) {
  std::map<std::string, std::uint64_t> count;
  std::uint64_t total = 0, waiting = 0;
  for (const NodeState& node : nodes) {
    ++total;
    if (node.waits) ++waiting;
    if (!node.attempts.empty()) ++count[node.attempts.back().state];
  }
  writer.key("Statistics").begin_object().key("TotalActions").value(total);
  writer.key("SucceededActions").value(count["SUCCEEDED"]);
  writer.key("FailedActions").value(count["FAILED"]);
  writer.key("TimeoutActions").value(count["TIMEOUT"]);
  writer.key("StoppedActions").value(count["STOPPED"]);
  writer.key("ErroredActions").value(count["ERROR"]);
  writer.key("RunningActions").value(count["RUNNING"]);
  writer.key("WaitingActions").value(waiting).end_object();
}

}  // namespace

std::string run_json(const Scenario& scenario, const GlueRun& run, TimePoint now, bool with_graph) {
  const RunState state = state_of(scenario, run, now);
  JsonWriter writer;
  writer.begin_object().key("Name").value(scenario.workflow);
  writer.key("WorkflowRunId").value(run.id);
  if (!run.previous_id.empty()) writer.key("PreviousRunId").value(run.previous_id);
  writer.key("WorkflowRunProperties").begin_object();
  for (const auto& [name, value] : run.properties)
    writer.key(name).value(value);
  writer.end_object().key("StartedOn").value(epoch(run.started));
  if (state.completed) writer.key("CompletedOn").value(epoch(*state.completed));
  writer.key("Status").value(state.status);
  if (!state.error_message.empty()) writer.key("ErrorMessage").value(state.error_message);
  write_statistics(writer, state.nodes);
  if (with_graph) write_graph(writer, state.nodes);
  writer.end_object();
  return writer.take();
}

std::string error_json(std::string_view type, std::string_view message) {
  JsonWriter writer;
  writer.begin_object().key("__type").value(type).key("Message").value(message).end_object();
  return writer.take();
}

}  // namespace sluice::lab
