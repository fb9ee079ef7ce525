#include "sluice/glue/workflow_run.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace sluice::glue {
namespace {

using aws::glue::Crawl;
using aws::glue::Graph;
using aws::glue::JobRun;
using aws::glue::Node;
using aws::glue::NodeType;

constexpr std::string_view not_run = "NOT_RUN";

std::optional<double> seconds_between(const std::optional<TimePoint>& begin,
                                      const std::optional<TimePoint>& end) {
  if (!begin || !end) return std::nullopt;
  return std::chrono::duration<double>(*end - *begin).count();
}

// Glue keeps what a job prints apart from its errors, each job run in a stream of its own.
std::string error_group(std::string group) {
  if (group.empty()) return group;
  if (group.back() == '/') group.pop_back();
  return group + "/error";
}

JobDetail never_run(const Node& node) {
  JobDetail detail;
  detail.job_name = node.name;
  detail.type = node.type;
  detail.unique_id = node.unique_id;
  detail.status = not_run;
  return detail;
}

JobDetail job_detail(const Node& node) {
  JobDetail detail = never_run(node);
  const auto last =
      std::max_element(node.job_runs.begin(), node.job_runs.end(),
                       [](const JobRun& a, const JobRun& b) { return a.attempt < b.attempt; });
  if (last == node.job_runs.end()) return detail;
  detail.status = last->state;
  detail.start_time = last->started_on;
  detail.end_time = last->completed_on;
  detail.duration_seconds = seconds_between(last->started_on, last->completed_on);
  if (!detail.duration_seconds && last->completed_on && last->execution_time)
    detail.duration_seconds = std::chrono::duration<double>(*last->execution_time).count();
  detail.error_message = last->error_message;
  detail.log_group = error_group(last->log_group_name);
  detail.log_stream = last->id;
  return detail;
}

JobDetail crawler_detail(const Node& node) {
  JobDetail detail = never_run(node);
  if (node.crawls.empty()) return detail;
  const Crawl& last = node.crawls.back();
  detail.status = last.state;
  detail.start_time = last.started_on;
  detail.end_time = last.completed_on;
  detail.duration_seconds = seconds_between(last.started_on, last.completed_on);
  detail.error_message = last.error_message;
  detail.log_group = last.log_group;
  detail.log_stream = last.log_stream;
  return detail;
}

/// Positions of the nodes so that what leads to a node stands before it; else in the graph's own
/// order. What lies on a circle (no workflow of Glue's has one) comes last.
std::vector<std::size_t> begin_order(const Graph& graph) {
  std::map<std::string_view, std::size_t> position;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i)
    position.emplace(graph.nodes[i].unique_id, i);
  std::vector<std::size_t> waits_for(graph.nodes.size(), 0);
  std::vector<std::vector<std::size_t>> next(graph.nodes.size());
  for (const aws::glue::Edge& edge : graph.edges) {
    const auto from = position.find(edge.source_id), to = position.find(edge.destination_id);
    if (from == position.end() || to == position.end()) continue;
    next[from->second].push_back(to->second);
    ++waits_for[to->second];
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (waits_for[i] == 0) order.push_back(i);
  }
  for (std::size_t at = 0; at < order.size(); ++at) {
    for (const std::size_t follower : next[order[at]]) {
      if (--waits_for[follower] == 0) order.push_back(follower);
    }
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (waits_for[i] > 0) order.push_back(i);
  }
  return order;
}

void add_graph(WorkflowRunResult& result, const Graph& graph) {
  for (const std::size_t at : begin_order(graph)) {
    const Node& node = graph.nodes[at];
    if (node.type == NodeType::job) result.job_details.push_back(job_detail(node));
    if (node.type == NodeType::crawler) result.job_details.push_back(crawler_detail(node));
    if (node.type == NodeType::trigger) result.triggers.push_back(node);
  }
  result.edges = graph.edges;
}

template <class Wanted>
std::vector<const JobDetail*> those(const std::vector<JobDetail>& details, Wanted wanted) {
  std::vector<const JobDetail*> found;
  for (const JobDetail& detail : details) {
    if ((detail.*wanted)()) found.push_back(&detail);
  }
  return found;
}

}  // namespace

bool JobDetail::succeeded() const {
  return status == "SUCCEEDED";
}

bool JobDetail::never_ran() const {
  return status == not_run;
}

bool JobDetail::failed() const {
  static constexpr std::array<std::string_view, 6> failures = {"FAILED", "TIMEOUT", "STOPPED",
                                                               "ERROR",  "EXPIRED", "CANCELLED"};
  return std::ranges::find(failures, status) != failures.end();
}

bool WorkflowRunResult::is_successful() const {
  return status == "COMPLETED" && failed_jobs == 0 && unfinished_jobs == 0;
}

double WorkflowRunResult::get_success_rate() const {
  return total_jobs == 0 ? 0.0 : 100.0 * completed_jobs / total_jobs;
}

std::vector<const JobDetail*> WorkflowRunResult::failed_details() const {
  return those(job_details, &JobDetail::failed);
}

std::vector<const JobDetail*> WorkflowRunResult::nodes_that_never_ran() const {
  return those(job_details, &JobDetail::never_ran);
}

WorkflowRunResult make_run_result(const aws::glue::WorkflowRun& run) {
  WorkflowRunResult result;
  result.run_id = run.run_id;
  result.workflow_name = run.name;
  result.status = run.status_name;
  result.start_time = run.started_on;
  result.end_time = run.completed_on;
  result.duration_seconds = seconds_between(run.started_on, run.completed_on);
  result.completed_jobs = run.statistics.succeeded;
  result.failed_jobs = run.statistics.all_failed();
  result.total_jobs = run.statistics.total;
  result.unfinished_jobs = run.statistics.running + run.statistics.waiting;
  if (!run.error_message.empty()) result.error_message = run.error_message;
  if (run.graph) add_graph(result, *run.graph);
  return result;
}

}  // namespace sluice::glue
