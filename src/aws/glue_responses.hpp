#pragma once

#include <string>
#include <string_view>

#include "sluice/aws/glue_model.hpp"
#include "sluice/codec/json.hpp"

namespace sluice::aws::glue {

// Answers of Glue's operations, read. Pure. What is absent, null or of another type than the API's
// stays empty; only an answer without what the operation is for throws Error{protocol}.

Workflow read_workflow(const codec::JsonValue& answer, std::string_view subject);
std::string read_started_run(const codec::JsonValue& answer, std::string_view subject);
WorkflowRun read_workflow_run(const codec::JsonValue& answer, std::string_view subject);
WorkflowRunsPage read_workflow_runs(const codec::JsonValue& answer);
ResumedRun read_resumed_run(const codec::JsonValue& answer, std::string_view subject);

}  // namespace sluice::aws::glue
