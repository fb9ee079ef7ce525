#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sluice/async/task.hpp"
#include "sluice/aws/glue_model.hpp"
#include "sluice/aws/json_service.hpp"
#include "sluice/core/op_context.hpp"

namespace sluice::aws::glue {

enum class IncludeGraph : bool { no, yes };

/// AWS Glue's workflow operations, one call each, under the API's names. An interface, so that what
/// is built on it is tested without AWS. Errors: not_found (EntityNotFoundException),
/// permission_denied, unauthenticated, throttled, conflict (ConcurrentRunsExceededException,
/// IllegalWorkflowStateException), invalid_input, with the service's code; network, timeout,
/// unavailable.
class GlueApi {
 public:
  virtual ~GlueApi() = default;

  virtual Task<Workflow> get_workflow(OpContext context, std::string name, IncludeGraph graph) = 0;
  /// Sent once: after network, timeout or unavailable, the run may have been started all the same.
  /// AWS keeps `properties` in its logs: no secrets.
  virtual Task<std::string> start_workflow_run(OpContext context, std::string name,
                                               std::map<std::string, std::string> properties) = 0;
  virtual Task<WorkflowRun> get_workflow_run(OpContext context, std::string name,
                                             std::string run_id, IncludeGraph graph) = 0;
  /// A page, newest first; `max_results` 1 to 1000.
  virtual Task<WorkflowRunsPage> get_workflow_runs(OpContext context, std::string name,
                                                   std::string next_token,
                                                   std::uint32_t max_results) = 0;
  virtual Task<> stop_workflow_run(OpContext context, std::string name, std::string run_id) = 0;
  /// Runs `node_ids` (unique ids) and all that follow them again, as a new run.
  virtual Task<ResumedRun> resume_workflow_run(OpContext context, std::string name,
                                               std::string run_id,
                                               std::vector<std::string> node_ids) = 0;
};

struct GlueClientOptions {
  EndpointOptions endpoint;
  RetryPolicy retry = RetryPolicy::aws_standard();
};

/// The service itself. Lives on the loop; calls may run at once.
std::unique_ptr<GlueApi> make_glue_client(Runtime& runtime, std::shared_ptr<net::HttpClient> http,
                                          std::shared_ptr<CredentialsProvider> credentials,
                                          GlueClientOptions options);

}  // namespace sluice::aws::glue
