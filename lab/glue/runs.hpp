#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glue/scenario.hpp"
#include "sluice/core/random.hpp"
#include "sluice/core/time.hpp"

namespace sluice::lab {

/// One attempt of a node.
struct NodeAttempt {
  std::string id;
  std::string state;
  TimePoint started;
  std::optional<TimePoint> ended;
};

struct NodeState {
  const ScenarioJob* job = nullptr;
  std::string unique_id;
  std::vector<NodeAttempt> attempts;  ///< None: it has not begun, or never will.
  bool waits = false;                 ///< It may still begin.

  bool succeeded() const { return !attempts.empty() && attempts.back().state == "SUCCEEDED"; }
  bool running() const { return !attempts.empty() && attempts.back().state == "RUNNING"; }
};

struct GlueRun {
  std::string id, previous_id;
  TimePoint started;
  std::map<std::string, std::string> properties;
  std::optional<TimePoint> stopped;
  std::string excess;  ///< Set: it never ran, since there were too many.
  /// Of a resumed run: nodes that are not run again, and how the others end.
  std::vector<std::string> kept;
  bool resumed = false;
};

/// How a run stands at a moment. Pure.
struct RunState {
  std::string status, error_message;
  std::optional<TimePoint> completed;
  std::vector<NodeState> nodes;
};
RunState state_of(const Scenario& scenario, const GlueRun& run, TimePoint now);

/// The unique id of a node: the same in every run, as AWS has it.
std::string node_id(std::string_view name);

}  // namespace sluice::lab
