#pragma once

#include <string>

#include "glue/runs.hpp"

namespace sluice::lab {

// Glue's answers as JSON (AWS Glue Web API Reference). Pure.

/// The WorkflowRun of a run as it stands.
std::string run_json(const Scenario& scenario, const GlueRun& run, TimePoint now, bool with_graph);
/// {"__type": ..., "Message": ...}
std::string error_json(std::string_view type, std::string_view message);

}  // namespace sluice::lab
