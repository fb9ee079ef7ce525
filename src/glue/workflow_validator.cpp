#include "sluice/glue/workflow_validator.hpp"

#include <utility>

#include "sluice/glue/errors.hpp"
#include "sluice/glue/messages.hpp"

namespace sluice::glue {

WorkflowValidator::WorkflowValidator(Runtime& runtime, aws::glue::GlueApi& glue,
                                     S3FileCollector& collector, const Configuration& configuration,
                                     GlueLog log)
    : runtime_(runtime),
      glue_(glue),
      collector_(collector),
      configuration_(configuration),
      log_(std::move(log)) {}

Task<aws::glue::Workflow> WorkflowValidator::validate_workflow_exists(OpContext context,
                                                                      std::string workflow_name) {
  std::optional<Error> missing;
  aws::glue::Workflow workflow;
  try {
    workflow = co_await glue_.get_workflow(context, workflow_name, aws::glue::IncludeGraph::no);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    missing = error;
  }
  if (missing) {
    const std::string text =
        say(log_.language(), messages::workflow_missing, std::string_view(workflow_name));
    throw WorkflowNotFoundError(
        Error(ErrorCode::not_found, "find", workflow_name, text).caused_by(*missing));
  }
  log_.info(Component::workflow, messages::workflow_valid, workflow_name);
  co_return workflow;
}

}  // namespace sluice::glue
