#include "glue/runs.hpp"

#include <doctest/doctest.h>

#include "glue/answers.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

using namespace std::chrono_literals;

const TimePoint zero(std::chrono::seconds(1'700'000'000));

GlueRun begun() {
  GlueRun run;
  run.id = "wr_1";
  run.started = zero;
  return run;
}

constexpr const char* chain = R"(workflow: w
jobs:
  - {name: a, seconds: 1}
  - {name: b, seconds: 2, after: [a], attempts: 2, state: FAILED, error: broken}
  - {name: c, seconds: 1, after: [b]}
  - {name: d, seconds: 5}
)";

std::string refusal(const char* text) {
  try {
    parse_scenario(text, "s.yaml");
  } catch (const Error& error) {
    return error.subject() + ": " + error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("a run's nodes begin when those before them have succeeded") {
  const Scenario scenario = parse_scenario(chain, "s.yaml");
  const auto at = [&scenario](Duration since) { return state_of(scenario, begun(), zero + since); };
  RunState state = at(500ms);
  CHECK(state.status == "RUNNING");
  CHECK(state.nodes[0].running());
  CHECK(state.nodes[1].waits);
  state = at(1500ms);
  CHECK(state.nodes[0].succeeded());
  CHECK(state.nodes[1].attempts.size() == 1);
  state = at(3500ms);
  CHECK(state.nodes[1].attempts[0].state == "FAILED");
  CHECK(state.nodes[1].running());
  state = at(6s);
  CHECK(state.status == "COMPLETED");
  CHECK(*state.completed == zero + 5s);
  CHECK(state.nodes[1].attempts.back().state == "FAILED");
  CHECK(state.nodes[2].attempts.empty());
  CHECK_FALSE(state.nodes[2].waits);
}

TEST_CASE("a run that is stopped stops what runs, and is STOPPED a moment later") {
  const Scenario scenario = parse_scenario(chain, "s.yaml");
  GlueRun run = begun();
  run.stopped = zero + 500ms;
  CHECK(state_of(scenario, run, zero + 600ms).status == "STOPPING");
  const RunState state = state_of(scenario, run, zero + 2s);
  CHECK(state.status == "STOPPED");
  CHECK(state.nodes[0].attempts[0].state == "STOPPED");
  CHECK(state.nodes[1].attempts.empty());
}

TEST_CASE("a resumed run keeps what had succeeded, and the rest succeeds") {
  const Scenario scenario = parse_scenario(chain, "s.yaml");
  GlueRun run = begun();
  run.kept = {"a", "d"};
  run.resumed = true;
  const RunState state = state_of(scenario, run, zero + 10s);
  CHECK(state.status == "COMPLETED");
  CHECK(state.nodes[2].succeeded());
}

TEST_CASE("statistics count the last attempts, and the graph joins nodes by triggers") {
  const Scenario scenario = parse_scenario(chain, "s.yaml");
  const codec::JsonValue run =
      codec::parse_json(run_json(scenario, begun(), zero + 6s, true), "run");
  const codec::JsonValue& statistics = run["Statistics"];
  CHECK(*statistics["TotalActions"].as_uint() == 4);
  CHECK(*statistics["SucceededActions"].as_uint() == 2);
  CHECK(*statistics["FailedActions"].as_uint() == 1);
  CHECK(*statistics["WaitingActions"].as_uint() == 0);
  CHECK(run["Graph"]["Nodes"].as_array()->size() == 7);  // three triggers
  CHECK(run["Graph"]["Edges"].as_array()->size() == 6);
}

TEST_CASE("objects may be counted, and what is wrong in a scenario has its place") {
  const Scenario scenario = parse_scenario(
      "workflow: w\nobjects:\n  - {bucket: b, key: 'x{}', size: 5, count: 12}\n", "s.yaml");
  REQUIRE(scenario.objects.size() == 12);
  CHECK(scenario.objects[11].key == "x12");
  CHECK(refusal("jobs: []\n") == "s.yaml:1:1: a scenario names its workflow");
  CHECK(refusal("workflow: w\nx: 1\n") == "s.yaml:2:1: there is no key \"x\"");
  CHECK(refusal("workflow: w\nends: SOON\n").starts_with("s.yaml:2:7: "));
  CHECK(refusal("workflow: w\njobs:\n  - {name: a, after: [b]}\n").find("must stand before") !=
        std::string::npos);
  CHECK(refusal("workflow: [\n").starts_with("s.yaml:"));
}

}  // namespace sluice::lab
