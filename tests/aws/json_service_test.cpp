#include "sluice/aws/json_service.hpp"

#include <doctest/doctest.h>

#include "aws/glue_requests.hpp"
#include "aws/glue_responses.hpp"
#include "aws/manual_credentials.hpp"
#include "support/fake_http.hpp"
#include "support/run.hpp"

namespace sluice::aws {
namespace {

using test::FakeAnswer;
using test::FakeHttp;

struct Setup {
  std::shared_ptr<FakeHttp> http = std::make_shared<FakeHttp>();
  std::shared_ptr<test::CountedCredentials> credentials =
      std::make_shared<test::CountedCredentials>();
  Safety safety = Safety::idempotent;
  codec::JsonValue answer;

  std::optional<Error> call() {
    return test::error_of([this](Runtime& runtime) -> Task<> { return run(*this, runtime); });
  }

  static Task<> run(Setup& setup, Runtime& runtime) {
    JsonServiceOptions options;
    options.host_prefix = "glue";
    options.signing_name = "glue";
    options.target_prefix = "AWSGlue";
    options.endpoint.region = "ap-northeast-1";
    options.retry.base = std::chrono::milliseconds(1);
    JsonService service(runtime, setup.http, setup.credentials, options);
    setup.answer = co_await service.call(runtime.context(), "GetWorkflow", R"({"Name":"etl"})",
                                         "etl", setup.safety);
  }
};

FakeAnswer refusal(int status, const std::string& code) {
  return {.status = status,
          .body = R"({"__type":"com.amazonaws.glue#)" + code + R"(","Message":"why"})",
          .headers = {{"x-amzn-requestid", "r-1"}}};
}

}  // namespace

TEST_CASE("a JSON operation is posted to its target, signed for its service") {
  Setup setup;
  setup.http->then({.status = 200, .body = R"({"Workflow":{"Name":"etl"}})"});
  CHECK_FALSE(setup.call());
  CHECK(*setup.answer["Workflow"]["Name"].as_string() == "etl");
  const test::SeenRequest& seen = setup.http->seen()[0];
  CHECK(seen.method == "POST");
  CHECK(seen.target == "/");
  CHECK(seen.endpoint.host == "glue.ap-northeast-1.amazonaws.com");
  CHECK(seen.header("x-amz-target") == "AWSGlue.GetWorkflow");
  CHECK(seen.header("content-type") == "application/x-amz-json-1.1");
  CHECK(seen.header("authorization").find("/ap-northeast-1/glue/aws4_request") !=
        std::string::npos);
  CHECK(seen.header("x-amz-content-sha256").empty());  // S3's alone
  CHECK(seen.body == R"({"Name":"etl"})");
}

TEST_CASE("an empty answer is an empty object") {
  Setup setup;
  setup.http->then({.status = 200});
  CHECK_FALSE(setup.call());
  CHECK(setup.answer.as_object());
}

TEST_CASE("refusals have the service's code and request id; what is no JSON is kept") {
  Setup setup;
  setup.http->then(refusal(400, "EntityNotFoundException"));
  const auto missing = setup.call();
  REQUIRE(missing);
  CHECK(missing->code() == ErrorCode::not_found);
  CHECK(missing->server_code() == "EntityNotFoundException");
  CHECK(missing->request_id() == "r-1");
  setup.http->then({.status = 403, .body = "<html>proxy</html>"});
  const auto page = setup.call();
  REQUIRE(page);
  CHECK(page->code() == ErrorCode::permission_denied);
}

TEST_CASE("expired credentials are fetched again once, throttling and 5xx are retried") {
  Setup setup;
  setup.http->then(refusal(400, "ExpiredTokenException"));
  setup.http->then(refusal(400, "ThrottlingException"));
  setup.http->then(refusal(500, "InternalServiceException"));
  setup.http->then({.status = 200, .body = "{}"});
  CHECK_FALSE(setup.call());
  CHECK(setup.credentials->fetched == 2);
  CHECK(setup.http->seen().size() == 4);
}

TEST_CASE("what is sent once is not sent again when the service may have acted") {
  Setup setup;
  setup.safety = Safety::sent_once;
  setup.http->then(refusal(500, "InternalServiceException"));
  const auto open = setup.call();
  REQUIRE(open);
  CHECK(open->code() == ErrorCode::unavailable);
  CHECK(setup.http->seen().size() == 1);
  setup.http->then(refusal(400, "ThrottlingException"));
  setup.http->then({.status = 200, .body = "{}"});
  CHECK_FALSE(setup.call());
}

TEST_CASE("Glue's inputs are JSON with the API's names") {
  using namespace glue;
  CHECK(get_workflow_input("a\"b", IncludeGraph::no) == R"({"Name":"a\"b","IncludeGraph":false})");
  CHECK(start_workflow_run_input("w", {{"k", "v"}}) == R"({"Name":"w","RunProperties":{"k":"v"}})");
  CHECK(get_workflow_runs_input("w", "t", 5) == R"({"Name":"w","MaxResults":5,"NextToken":"t"})");
  CHECK(resume_workflow_run_input("w", "r", std::vector<std::string>{"n"}) ==
        R"({"Name":"w","RunId":"r","NodeIds":["n"]})");
}

TEST_CASE("a workflow run is read as AWS writes it") {
  const codec::JsonValue answer = codec::parse_json(
      R"({"Run":{"Name":"w","WorkflowRunId":"wr_1","Status":"COMPLETED","StartedOn":1.595358275375E9,
      "CompletedOn":1595358298,"Statistics":{"TotalActions":2,"FailedActions":1,"SucceededActions":1},
      "Graph":{"Nodes":[{"Type":"JOB","Name":"j","UniqueId":"wnode_d1","JobDetails":{"JobRuns":[{"Id":"jr_690b",
      "Attempt":0,"JobName":"j","StartedOn":1595358275.375,"CompletedOn":1595358298.785,"JobRunState":"FAILED",
      "PredecessorRuns":[],"ExecutionTime":16,"LogGroupName":"/aws-glue/python-jobs"}]}},
      {"Type":"HOLOGRAM","Name":"new"}],"Edges":[{"SourceId":"a","DestinationId":"b"}]}}})",
      "test");
  const glue::WorkflowRun run = glue::read_workflow_run(answer, "w");
  CHECK(run.status == glue::RunStatus::completed);
  CHECK(run.started_on == TimePoint(std::chrono::milliseconds(1'595'358'275'375)));
  CHECK(run.statistics.all_failed() == 1);
  REQUIRE(run.graph);
  CHECK(run.graph->nodes[0].job_runs[0].state == "FAILED");
  CHECK(run.graph->nodes[0].job_runs[0].log_group_name == "/aws-glue/python-jobs");
  CHECK(run.graph->nodes[1].type == glue::NodeType::other);
  CHECK(run.graph->edges[0].destination_id == "b");
  CHECK_THROWS_AS(glue::read_workflow_run(codec::parse_json("{}", "t"), "w"), Error);
}

}  // namespace sluice::aws
