#pragma once

#include <memory>

#include "command.hpp"
#include "glue_options.hpp"

namespace sluice::cli {

/// `work` with what it throws named by the codes of `glue` (docs/glue.md).
Task<ExitCode> with_glue_codes(Session& session, Task<ExitCode> work);

/// sluice glue: the whole run.
Task<ExitCode> run_glue(Session& session, std::shared_ptr<const GlueOptions> options);

Task<ExitCode> validate_glue(Session& session, std::shared_ptr<const GlueOptions> options);
Task<ExitCode> show_glue_status(Session& session, std::shared_ptr<const GlueOptions> options);
Task<ExitCode> list_glue_runs(Session& session, std::shared_ptr<const GlueOptions> options);
Task<ExitCode> stop_glue_run(Session& session, std::shared_ptr<const GlueOptions> options);
Task<ExitCode> resume_glue_run(Session& session, std::shared_ptr<const GlueOptions> options);

}  // namespace sluice::cli
