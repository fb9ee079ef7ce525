#include "sluice/aws/glue_client.hpp"

#include <utility>

#include "aws/glue_requests.hpp"
#include "aws/glue_responses.hpp"

namespace sluice::aws::glue {
namespace {

JsonServiceOptions service_options(GlueClientOptions options) {
  return {.host_prefix = "glue",
          .signing_name = "glue",
          .target_prefix = "AWSGlue",
          .endpoint = std::move(options.endpoint),
          .retry = options.retry};
}

std::string run_of(const std::string& name, const std::string& run_id) {
  return name + " (" + run_id + ")";
}

class GlueClient final : public GlueApi {
 public:
  GlueClient(Runtime& runtime, std::shared_ptr<net::HttpClient> http,
             std::shared_ptr<CredentialsProvider> credentials, GlueClientOptions options)
      : service_(runtime, std::move(http), std::move(credentials),
                 service_options(std::move(options))) {}

  Task<Workflow> get_workflow(OpContext context, std::string name, IncludeGraph graph) override {
    const codec::JsonValue answer =
        co_await service_.call(std::move(context), "GetWorkflow", get_workflow_input(name, graph),
                               name, Safety::idempotent);
    co_return read_workflow(answer, name);
  }

  Task<std::string> start_workflow_run(OpContext context, std::string name,
                                       std::map<std::string, std::string> properties) override {
    const codec::JsonValue answer =
        co_await service_.call(std::move(context), "StartWorkflowRun",
                               start_workflow_run_input(name, properties), name, Safety::sent_once);
    co_return read_started_run(answer, name);
  }

  Task<WorkflowRun> get_workflow_run(OpContext context, std::string name, std::string run_id,
                                     IncludeGraph graph) override {
    const std::string subject = run_of(name, run_id);
    const codec::JsonValue answer = co_await service_.call(
        std::move(context), "GetWorkflowRun", get_workflow_run_input(name, run_id, graph), subject,
        Safety::idempotent);
    co_return read_workflow_run(answer, subject);
  }

  Task<WorkflowRunsPage> get_workflow_runs(OpContext context, std::string name,
                                           std::string next_token,
                                           std::uint32_t max_results) override {
    const codec::JsonValue answer = co_await service_.call(
        std::move(context), "GetWorkflowRuns",
        get_workflow_runs_input(name, next_token, max_results), name, Safety::idempotent);
    co_return read_workflow_runs(answer);
  }

  Task<> stop_workflow_run(OpContext context, std::string name, std::string run_id) override {
    co_await service_.call(std::move(context), "StopWorkflowRun",
                           stop_workflow_run_input(name, run_id), run_of(name, run_id),
                           Safety::idempotent);
  }

  Task<ResumedRun> resume_workflow_run(OpContext context, std::string name, std::string run_id,
                                       std::vector<std::string> node_ids) override {
    const std::string subject = run_of(name, run_id);
    const codec::JsonValue answer = co_await service_.call(
        std::move(context), "ResumeWorkflowRun", resume_workflow_run_input(name, run_id, node_ids),
        subject, Safety::sent_once);
    co_return read_resumed_run(answer, subject);
  }

 private:
  JsonService service_;
};

}  // namespace

std::unique_ptr<GlueApi> make_glue_client(Runtime& runtime, std::shared_ptr<net::HttpClient> http,
                                          std::shared_ptr<CredentialsProvider> credentials,
                                          GlueClientOptions options) {
  return std::make_unique<GlueClient>(runtime, std::move(http), std::move(credentials),
                                      std::move(options));
}

}  // namespace sluice::aws::glue
