#include "sluice/glue/workflow_executor.hpp"

#include <doctest/doctest.h>

#include "glue/fake_glue.hpp"
#include "glue/recorded_log.hpp"
#include "support/run.hpp"

namespace sluice::glue {
namespace {

using namespace std::chrono_literals;
using aws::glue::RunStatistics;
using aws::glue::WorkflowRun;
using test::FakeGlue;
using test::glue_error;

FakeGlue::Answer<WorkflowRun> run(std::string status, RunStatistics statistics = {},
                                  std::string error = {}) {
  WorkflowRun answer;
  answer.status_name = std::move(status);
  answer.statistics = statistics;
  answer.error_message = std::move(error);
  answer.started_on = TimePoint(1000s);
  if (answer.status_name == "COMPLETED") answer.completed_on = TimePoint(1870s);
  return {.value = std::move(answer)};
}

aws::glue::Node job(std::string name, std::string state, std::string words = {}) {
  aws::glue::Node node;
  node.type = aws::glue::NodeType::job;
  node.name = name;
  node.unique_id = "wnode_" + name;
  if (!state.empty()) {
    aws::glue::JobRun attempt;
    attempt.id = "jr_" + name;
    attempt.state = std::move(state);
    attempt.error_message = std::move(words);
    attempt.log_group_name = "/aws-glue/jobs";
    node.job_runs.push_back(attempt);
  }
  return node;
}

struct Setup {
  FakeGlue glue;
  test::RecordedLog log;
  WorkflowConfig config;
  ExecutorOptions options;
  Language language = Language::japanese;

  Setup() {
    config.polling_interval = 1ms;
    glue.starts.push_back({.value = "wr_1"});
  }

  /// What `work` threw, by its code's number; nullopt if nothing.
  template <class Work>
  std::optional<ErrorId> with(Work work) {
    std::optional<ErrorId> id;
    test::run(
        [this, &work, &id](Runtime& runtime) -> Task<> { return body(*this, runtime, work, id); });
    return id;
  }

  template <class Work>
  static Task<> body(Setup& setup, Runtime& runtime, Work& work, std::optional<ErrorId>& id) {
    WorkflowExecutor executor(runtime, setup.glue, setup.config,
                              GlueLog(setup.log.logger(), setup.language), setup.options);
    try {
      co_await work(executor, runtime.context());
    } catch (const GlueWorkflowDownloaderError& error) {
      id = error.id();
      setup.words = error.message();
    }
    setup.result = executor.last_result();
  }

  std::string words;
  std::optional<WorkflowRunResult> result;
};

constexpr auto start = [](WorkflowExecutor& executor, OpContext context) -> Task<> {
  co_await executor.execute_workflow(context, "etl");
};
constexpr auto wait = [](WorkflowExecutor& executor, OpContext context) -> Task<> {
  co_await executor.wait_for_completion(context, "etl", "wr_1");
};

Error lost() {
  return glue_error(ErrorCode::network, "").with_retryable(true);
}

}  // namespace

TEST_CASE("a run is started once, under a property of its own") {
  Setup setup;
  CHECK_FALSE(setup.with(start));
  CHECK(setup.glue.started == 1);
  CHECK(setup.glue.properties[0].at("sluice:run-token").size() == 36);
  CHECK(setup.log.has("info ★ Workflow実行開始: etl (run_id: wr_1)"));
}

TEST_CASE("after a lost answer, the run that exists is found and none is started") {
  Setup setup;
  setup.glue.starts = {{.failure = lost()}};
  setup.glue.start_is_heard = true;
  setup.glue.runs.push_back(test::listed_run("wr_other", "COMPLETED"));
  CHECK_FALSE(setup.with(start));
  CHECK(setup.glue.started == 1);
  CHECK(setup.log.has("run_id: wr_heard"));
}

TEST_CASE(
    "after a lost answer without a run, it is started again with the same token, thrice at most") {
  Setup setup;
  setup.glue.starts = {{.failure = lost()}, {.value = "wr_2"}};
  CHECK_FALSE(setup.with(start));
  CHECK(setup.glue.started == 2);
  CHECK(setup.glue.properties[0] == setup.glue.properties[1]);
  Setup hopeless;
  hopeless.glue.starts = {{.failure = lost()}};
  CHECK(hopeless.with(start) == ErrorId::workflow_execution);
  CHECK(hopeless.glue.started == 3);
}

TEST_CASE("what cannot be started is told: missing, denied, refused") {
  Setup missing;
  missing.glue.starts = {{.failure = glue_error(ErrorCode::not_found, "EntityNotFoundException")}};
  CHECK(missing.with(start) == ErrorId::workflow_not_found);
  CHECK(missing.words == "Workflowが存在しません: etl");
  Setup denied;
  denied.glue.starts = {{.failure = glue_error(ErrorCode::permission_denied, "AccessDenied")}};
  CHECK(denied.with(start) == ErrorId::permission);
  Setup refused;
  refused.glue.starts = {{.failure = glue_error(ErrorCode::invalid_input, "InvalidInput")}};
  CHECK(refused.with(start) == ErrorId::workflow_execution);
  CHECK(refused.words.starts_with("★ Workflow実行エラー: etl - "));
  CHECK(refused.glue.started == 1);
}

TEST_CASE("a workflow that runs already is told with its run, or attached to") {
  const auto running = [](Setup& setup) {
    setup.glue.starts = {
        {.failure = glue_error(ErrorCode::conflict, "ConcurrentRunsExceededException")}};
    setup.glue.runs.push_back(test::listed_run("wr_under_way", "RUNNING"));
  };
  Setup setup;
  running(setup);
  CHECK(setup.with(start) == ErrorId::workflow_execution);
  CHECK(setup.words.find("wr_under_way") != std::string::npos);
  CHECK(setup.words.find("--attach") != std::string::npos);
  Setup attached;
  running(attached);
  attached.options.attach = true;
  CHECK_FALSE(attached.with(start));
  CHECK(attached.glue.started == 0);
  CHECK(attached.log.has("wr_under_way"));
}

TEST_CASE("a run is watched to its end") {
  Setup setup;
  setup.glue.polls = {run("RUNNING", {.total = 8, .succeeded = 2, .running = 1}),
                      run("COMPLETED", {.total = 8, .succeeded = 8})};
  setup.glue.graph = aws::glue::Graph{.nodes = {job("a", "SUCCEEDED")}, .edges = {}};
  CHECK_FALSE(setup.with(wait));
  CHECK(setup.log.has("info ★ Workflow実行中: 完了ジョブ 2/8, 失敗ジョブ 0"));
  CHECK(setup.log.has("info ★ Workflow実行完了: etl (所要時間: 870秒)"));
  CHECK(setup.result->is_successful());
  CHECK(setup.result->get_success_rate() == 100.0);
}

TEST_CASE("COMPLETED with failed nodes has failed: they are named, with their logs") {
  Setup setup;
  setup.glue.polls = {run("RUNNING", {.total = 3, .succeeded = 1, .failed = 1, .running = 1}),
                      run("COMPLETED", {.total = 3, .succeeded = 1, .failed = 1, .timed_out = 1})};
  setup.glue.graph = aws::glue::Graph{
      .nodes = {job("load", "FAILED", "no such table"), job("sum", "TIMEOUT")}, .edges = {}};
  CHECK(setup.with(wait) == ErrorId::workflow_failed);
  CHECK(setup.words == "★ Workflow実行失敗: etl - 失敗ジョブ 2件");
  CHECK(setup.log.has("warn ★ Workflow実行中に一部ジョブが失敗: load, sum"));
  CHECK(
      setup.log.has("error ★ 失敗ノード: load [FAILED] no such table (ロググループ: "
                    "/aws-glue/jobs/error、ストリーム: jr_load)"));
}

TEST_CASE("nodes that never ran are a warning, or with --require-nodes a failure") {
  Setup setup;
  setup.glue.polls = {run("COMPLETED", {.total = 1, .succeeded = 1})};
  setup.glue.graph = aws::glue::Graph{.nodes = {job("a", "SUCCEEDED"), job("b", "")}, .edges = {}};
  CHECK_FALSE(setup.with(wait));
  CHECK(setup.log.has("warn ★ 実行されなかったノード: b"));
  setup.options.require_nodes = true;
  CHECK(setup.with(wait) == ErrorId::workflow_failed);
  CHECK(setup.log.has("error ★ 実行されなかったノード: b"));
}

TEST_CASE("STOPPED and ERROR have failed; too many runs is a start that failed") {
  Setup stopped;
  stopped.glue.polls = {run("STOPPING"),
                        run("STOPPED", {.total = 2, .succeeded = 1, .stopped = 1})};
  CHECK(stopped.with(wait) == ErrorId::workflow_failed);
  CHECK(stopped.log.has("error ★ 実行の最終状態: STOPPED"));
  Setup error;
  error.glue.polls = {run("ERROR", {}, "something broke")};
  CHECK(error.with(wait) == ErrorId::workflow_failed);
  CHECK(error.log.has("something broke"));
  Setup concurrent;
  concurrent.glue.polls = {run("ERROR", {}, "Concurrent runs exceeded for workflow: etl.")};
  CHECK(concurrent.with(wait) == ErrorId::workflow_execution);
}

TEST_CASE("COMPLETED while something still runs or waits has failed") {
  Setup setup;
  setup.glue.polls = {run("COMPLETED", {.total = 2, .succeeded = 1, .waiting = 1})};
  CHECK(setup.with(wait) == ErrorId::workflow_failed);
}

TEST_CASE("lost connections, throttling and unknown states do not end a watch") {
  Setup setup;
  setup.glue.polls = {{.failure = lost()},
                      {.failure = glue_error(ErrorCode::throttled, "ThrottlingException")},
                      run("PONDERING"),
                      run("COMPLETED", {.total = 1, .succeeded = 1})};
  CHECK_FALSE(setup.with(wait));
  CHECK(setup.log.has("状態を確認できないため再試行します"));
  CHECK(setup.log.has("未知の実行状態 (実行中とみなします): PONDERING"));
  Setup denied;
  denied.glue.polls = {{.failure = glue_error(ErrorCode::permission_denied, "AccessDenied")}};
  bool thrown = false;
  try {
    denied.with(wait);
  } catch (const Error& error) {
    thrown = error.code() == ErrorCode::permission_denied;
  }
  CHECK(thrown);
}

TEST_CASE("a run that does not end in time is left, or stopped") {
  Setup setup;
  setup.config.execution_timeout = 20ms;
  setup.glue.polls = {run("RUNNING")};
  CHECK(setup.with(wait) == ErrorId::workflow_timeout);
  CHECK(setup.glue.stopped == 0);
  CHECK(setup.log.has("--attach"));
  CHECK(setup.words.starts_with("★ Workflow実行タイムアウト: etl (タイムアウト: "));
  setup.options.on_timeout = OnTimeout::stop;
  CHECK(setup.with(wait) == ErrorId::workflow_timeout);
  CHECK(setup.glue.stopped == 1);
}

TEST_CASE("what is resumed are the nodes that have failed") {
  Setup setup;
  setup.glue.polls = {run("COMPLETED", {.total = 3, .succeeded = 1, .failed = 1})};
  setup.glue.graph = aws::glue::Graph{
      .nodes = {job("a", "SUCCEEDED"), job("b", "FAILED"), job("c", "")}, .edges = {}};
  setup.with([](WorkflowExecutor& executor, OpContext context) -> Task<> {
    const auto resumed = co_await executor.resume(context, "etl", "wr_1");
    CHECK(resumed.run_id == "wr_resumed");
  });
  CHECK(setup.glue.resumed_nodes == std::vector<std::string>{"wnode_b"});
}

TEST_CASE("jobs stand in the order in which they begin; the last attempt counts") {
  WorkflowRun answer;
  aws::glue::Node last = job("last", "FAILED");
  last.job_runs.push_back(last.job_runs[0]);
  last.job_runs[1].attempt = 1;
  last.job_runs[1].state = "SUCCEEDED";
  answer.graph =
      aws::glue::Graph{.nodes = {last, job("first", "SUCCEEDED")},
                       .edges = {{.source_id = "wnode_first", .destination_id = "wnode_last"}}};
  const WorkflowRunResult result = make_run_result(answer);
  REQUIRE(result.job_details.size() == 2);
  CHECK(result.job_details[0].job_name == "first");
  CHECK(result.job_details[1].status == "SUCCEEDED");
}

}  // namespace sluice::glue
