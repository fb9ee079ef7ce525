#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/aws/glue_model.hpp"
#include "sluice/core/time.hpp"

namespace sluice::glue {

/// A job or crawler of the run's graph, by its last attempt.
struct JobDetail {
  std::string job_name;
  aws::glue::NodeType type = aws::glue::NodeType::job;
  std::string unique_id;
  std::string status;  ///< SUCCEEDED, FAILED, ...; "NOT_RUN" if it never began.
  std::optional<TimePoint> start_time, end_time;
  std::optional<double> duration_seconds;
  std::string error_message;
  std::string log_group, log_stream;  ///< Where CloudWatch has its output; empty if it has none.

  bool succeeded() const;
  bool failed() const;  ///< FAILED, TIMEOUT, STOPPED, ERROR, EXPIRED, CANCELLED
  bool never_ran() const;
};

struct WorkflowRunResult {
  std::string run_id, workflow_name;
  std::string status;  ///< RUNNING, COMPLETED, STOPPING, STOPPED, ERROR
  std::optional<TimePoint> start_time, end_time;
  std::optional<double> duration_seconds;
  std::uint32_t completed_jobs = 0, failed_jobs = 0, total_jobs = 0;
  std::uint32_t unfinished_jobs = 0;   ///< Running or waiting by the run's own numbers.
  std::vector<JobDetail> job_details;  ///< In the graph's order: what begins first stands first.
  std::vector<aws::glue::Edge> edges;  ///< Between unique ids of jobs, crawlers and triggers.
  std::vector<aws::glue::Node> triggers;
  std::optional<std::string> error_message;

  /// COMPLETED, no job failed, none is unfinished: AWS calls a run with failed nodes COMPLETED
  /// (AWS Glue Developer Guide, "Repairing and resuming a workflow run").
  bool is_successful() const;
  double get_success_rate() const;  ///< Percent of total_jobs; 0 if there are none.
  std::vector<const JobDetail*> failed_details() const;
  std::vector<const JobDetail*> nodes_that_never_ran() const;
};

WorkflowRunResult make_run_result(const aws::glue::WorkflowRun& run);

}  // namespace sluice::glue
