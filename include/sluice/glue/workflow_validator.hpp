#pragma once

#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/aws/glue_client.hpp"
#include "sluice/glue/config.hpp"
#include "sluice/glue/file_collector.hpp"
#include "sluice/glue/glue_log.hpp"

namespace sluice::glue {

enum class Look : std::uint8_t { once, until_timeout };

/// Looks, before the run, whether it can be. Lives on the loop.
class WorkflowValidator {
 public:
  WorkflowValidator(Runtime& runtime, aws::glue::GlueApi& glue, S3FileCollector& collector,
                    const Configuration& configuration, GlueLog log);

  /// Throws WorkflowNotFoundError, PermissionError, or the service's Error.
  Task<aws::glue::Workflow> validate_workflow_exists(OpContext context, std::string workflow_name);
  /// Looks at the required layers every polling_interval until each has as many files as it wants,
  /// or initial_layer_check_timeout is over. Throws InitialLayerFileNotFoundError,
  /// InsufficientFilesError, TooManyFilesError, S3AccessError, PermissionError.
  Task<> check_initial_layer_files(OpContext context, Look look);

 private:
  Runtime& runtime_;
  aws::glue::GlueApi& glue_;
  S3FileCollector& collector_;
  const Configuration& configuration_;
  GlueLog log_;
};

}  // namespace sluice::glue
