#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/time.hpp"

namespace sluice::aws::glue {

// The shapes of AWS Glue's workflow API (AWS Glue Web API Reference, 2017-03-31) as far as Sluice
// reads them. Members keep the API's names in snake case; what was absent is empty.

/// An unknown status (newer than this client) is kept as its text and counts as not ended.
enum class RunStatus : std::uint8_t { unknown, running, completed, stopping, stopped, error };
RunStatus run_status(std::string_view name);
bool is_ended(RunStatus status);  ///< COMPLETED, STOPPED or ERROR.

struct RunStatistics {
  std::uint32_t total = 0, succeeded = 0, failed = 0, timed_out = 0, stopped = 0, errored = 0,
                running = 0, waiting = 0;

  std::uint32_t all_failed() const { return failed + timed_out + stopped + errored; }
  friend bool operator==(const RunStatistics&, const RunStatistics&) = default;
};

struct JobRun {
  std::string id, job_name, state;  ///< state: SUCCEEDED, FAILED, TIMEOUT, ...
  std::uint32_t attempt = 0;
  std::optional<TimePoint> started_on, completed_on;
  std::string error_message, log_group_name;
  std::optional<Duration> execution_time;
};

struct Crawl {
  std::string state, error_message, log_group, log_stream;
  std::optional<TimePoint> started_on, completed_on;
};

enum class NodeType : std::uint8_t { job, crawler, trigger, other };

struct Node {
  NodeType type = NodeType::other;
  std::string name, unique_id;
  std::string trigger_type, trigger_state;  ///< Of triggers: CONDITIONAL, ON_DEMAND, ...
  std::vector<JobRun> job_runs;             ///< Of jobs: all attempts.
  std::vector<Crawl> crawls;                ///< Of crawlers.
};

struct Edge {
  std::string source_id, destination_id;  ///< Unique ids of nodes.
};

struct Graph {
  std::vector<Node> nodes;
  std::vector<Edge> edges;
};

struct WorkflowRun {
  std::string name, run_id, previous_run_id;
  std::map<std::string, std::string> properties;
  std::optional<TimePoint> started_on, completed_on;
  std::string status_name;  ///< As sent.
  RunStatus status = RunStatus::unknown;
  std::string error_message;
  RunStatistics statistics;
  std::optional<Graph> graph;  ///< If asked for.
};

struct Workflow {
  std::string name, description;
  std::optional<std::uint32_t> max_concurrent_runs;
  std::optional<WorkflowRun> last_run;
  std::optional<Graph> graph;
};

struct WorkflowRunsPage {
  std::vector<WorkflowRun> runs;  ///< Newest first, as the service has them.
  std::string next_token;         ///< Empty: there are no more.
};

struct ResumedRun {
  std::string run_id;
  std::vector<std::string> node_ids;
};

}  // namespace sluice::aws::glue
