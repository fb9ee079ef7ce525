#include "glue_run_lines.hpp"

#include <doctest/doctest.h>

#include "text_width.hpp"

namespace sluice::cli {
namespace {

using glue::JobDetail;

JobDetail job(std::string name, std::string status, std::optional<double> seconds = {}) {
  JobDetail detail;
  detail.job_name = std::move(name);
  detail.status = std::move(status);
  detail.duration_seconds = seconds;
  return detail;
}

glue::WorkflowRunResult a_run() {
  glue::WorkflowRunResult run;
  run.workflow_name = "etl";
  run.status = "RUNNING";
  run.start_time = TimePoint(std::chrono::seconds(1'000'000));
  run.total_jobs = 4;
  run.completed_jobs = 1;
  run.failed_jobs = 1;
  run.job_details = {job("extract", "SUCCEEDED", 61), job("読込", "FAILED", 5),
                     job("check", "RUNNING"), job("report", "NOT_RUN")};
  run.job_details[1].error_message = "no such\n\x1b[2Jtable";
  run.job_details[2].start_time = TimePoint(std::chrono::seconds(1'000'060));
  return run;
}

const TimePoint now{std::chrono::seconds(1'000'090)};

}  // namespace

TEST_CASE("a run: numbers and elapsed time, then each job in the graph's order") {
  const auto lines = describe_run(a_run(), now, Language::japanese, 80, 24);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == "etl RUNNING  完了ジョブ 1/4, 失敗ジョブ 1  1m30s");
  CHECK(lines[1] == " ✓ extract  SUCCEEDED     1m01s");
  CHECK(lines[2] == " ✗ 読込     FAILED           5s  no such [2Jtable");
  CHECK(lines[3] == " ▶ check    RUNNING         30s");
  CHECK(lines[4].starts_with(" · report   -"));
  CHECK(describe_run(a_run(), now, Language::english, 80, 24)[0] ==
        "etl RUNNING  1/4 jobs completed, 1 failed  1m30s");
}

TEST_CASE("a small terminal: what failed and what runs stays, the rest is counted") {
  const auto lines = describe_run(a_run(), now, Language::english, 20, 4);
  REQUIRE(lines.size() == 4);
  CHECK(lines[1].starts_with(" ✗ 読込"));
  CHECK(lines[2].starts_with(" ▶ check"));
  CHECK(lines[3] == "... and 2 more jobs");
  for (const std::string& line : lines)
    CHECK(text_width(line) <= 20);
}

}  // namespace sluice::cli
