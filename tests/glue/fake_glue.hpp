#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sluice/aws/glue_client.hpp"
#include "sluice/core/error.hpp"

namespace sluice::test {

inline aws::glue::WorkflowRun listed_run(std::string id, std::string status) {
  aws::glue::WorkflowRun run;
  run.run_id = std::move(id);
  run.status = aws::glue::run_status(status);
  run.status_name = std::move(status);
  return run;
}

/// A Glue that plays what it is told: answers of a kind come from a queue, whose last one stays.
class FakeGlue final : public aws::glue::GlueApi {
 public:
  template <class T>
  struct Answer {
    T value{};
    std::optional<Error> failure{};
  };

  Answer<aws::glue::Workflow> workflow;
  std::deque<Answer<std::string>> starts;
  std::deque<Answer<aws::glue::WorkflowRun>> polls;  ///< Without the graph.
  std::optional<aws::glue::Graph> graph;
  std::vector<aws::glue::WorkflowRun> runs;
  bool start_is_heard = false;  ///< A failing start leaves its run in `runs` all the same.
  std::optional<Error> runs_failure;

  int started = 0, polled = 0, stopped = 0;
  std::vector<std::string> resumed_nodes;
  std::vector<std::map<std::string, std::string>> properties;

  Task<aws::glue::Workflow> get_workflow(OpContext, std::string, aws::glue::IncludeGraph) override {
    if (workflow.failure) throw *workflow.failure;
    co_return workflow.value;
  }
  Task<std::string> start_workflow_run(OpContext, std::string,
                                       std::map<std::string, std::string> given) override {
    ++started;
    properties.push_back(given);
    const Answer<std::string> answer = next(starts);
    if (answer.failure && start_is_heard) {
      runs.push_back(listed_run("wr_heard", "RUNNING"));
      runs.back().properties = given;
    }
    if (answer.failure) throw *answer.failure;
    co_return answer.value;
  }
  Task<aws::glue::WorkflowRun> get_workflow_run(OpContext, std::string name, std::string run_id,
                                                aws::glue::IncludeGraph with_graph) override {
    ++polled;
    Answer<aws::glue::WorkflowRun> answer = next(polls);
    if (answer.failure) throw *answer.failure;
    answer.value.name = name;
    answer.value.run_id = run_id;
    answer.value.status = aws::glue::run_status(answer.value.status_name);
    if (with_graph == aws::glue::IncludeGraph::yes) answer.value.graph = graph;
    co_return answer.value;
  }
  Task<aws::glue::WorkflowRunsPage> get_workflow_runs(OpContext, std::string, std::string token,
                                                      std::uint32_t) override {
    if (runs_failure) throw *runs_failure;
    // A run a page.
    const std::size_t at = token.empty() ? 0 : std::stoul(token);
    aws::glue::WorkflowRunsPage page;
    if (at < runs.size()) page.runs.push_back(runs[at]);
    if (at + 1 < runs.size()) page.next_token = std::to_string(at + 1);
    co_return page;
  }
  Task<> stop_workflow_run(OpContext, std::string, std::string) override {
    ++stopped;
    co_return;
  }
  Task<aws::glue::ResumedRun> resume_workflow_run(OpContext, std::string, std::string,
                                                  std::vector<std::string> node_ids) override {
    resumed_nodes = node_ids;
    co_return aws::glue::ResumedRun{.run_id = "wr_resumed", .node_ids = std::move(node_ids)};
  }

 private:
  template <class T>
  static T next(std::deque<T>& answers) {
    if (answers.empty()) throw Error(ErrorCode::internal, "fake", "glue", "no answer is left");
    T answer = answers.front();
    if (answers.size() > 1) answers.pop_front();
    return answer;
  }
};

inline Error glue_error(ErrorCode code, const std::string& server_code) {
  Error error(code, "call", "glue", "the fake says so");
  error.with_server(server_code, "request-1");
  return error;
}

}  // namespace sluice::test
