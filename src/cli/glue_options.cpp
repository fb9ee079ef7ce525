#include "glue_options.hpp"

#include "usage_error.hpp"
#include "version.hpp"

namespace sluice::cli {
namespace {

std::optional<LogLevel> level_named(const std::string& name) {
  if (name.empty()) return std::nullopt;
  const std::string upper = CLI::detail::to_lower(name);
  if (upper == "debug") return LogLevel::debug;
  if (upper == "info") return LogLevel::info;
  if (upper == "warning" || upper == "warn") return LogLevel::warn;
  if (upper == "error") return LogLevel::error;
  throw UsageError("--log-level", "\"" + name + "\" is not DEBUG, INFO, WARNING or ERROR");
}

}  // namespace

void add_glue_options(CLI::App& command, GlueOptions& options) {
  command.add_option("-c,--config", options.config, "YAML file of the run (docs/glue.md)");
  command.add_option("-w,--workflow", options.workflow,
                     "Name of the Glue workflow (default: workflow.name of the file)");
  command.add_option("-o,--output", options.output,
                     "Directory to download into (default: ./downloads)");
  command.add_flag("--no-execute", options.no_execute, "Run nothing, download only");
  command
      .add_option("--execution-timeout", options.execution_timeout,
                  "Seconds that the workflow may take (default: 3600)")
      ->check(CLI::Range(1, 100'000'000));
  command.add_option("-l,--log-level", options.log_level,
                     "DEBUG, INFO, WARNING or ERROR (default: INFO)");
  command.add_option("-m,--max-workers", options.max_workers, "Files at once (default: 5)")
      ->check(CLI::Range(1, 1024));
  command.add_flag("--overwrite", options.overwrite, "Replace files that are there");
  command.add_flag("-n,--dry-run", options.dry_run,
                   "Check, and list what would be started and downloaded; write nothing");
  command.add_flag("--skip-validation", options.skip_validation,
                   "Do not look at the workflow and the required layers first");
  command.add_flag("--attach", options.attach, "Watch the run that is under way, if there is one");
  command
      .add_option("--on-interrupt", options.on_interrupt,
                  "What Ctrl-C does to the run: stop or leave (default: ask, or leave)")
      ->check(CLI::IsMember({"stop", "leave"}));
  command
      .add_option("--on-timeout", options.on_timeout,
                  "What the execution timeout does to the run (default: leave)")
      ->check(CLI::IsMember({"stop", "leave"}));
  command.add_flag("--require-nodes", options.require_nodes,
                   "A node of the workflow that never ran is a failure");
  command.add_flag("--strict", options.strict, "A file that fails makes the exit code 5");
  command.set_version_flag("-v,--version", std::string(version_text));
}

void add_glue_run_options(CLI::App& command, GlueOptions& options, RunId run_id) {
  command.add_option("-c,--config", options.config, "YAML file of the run, for region and profile");
  command.add_option("-w,--workflow", options.workflow, "Name of the Glue workflow");
  if (run_id == RunId::none) return;
  CLI::Option* id = command.add_option("--run-id", options.run_id, "Id of the run");
  if (run_id == RunId::required) id->required();
}

glue::Overrides overrides(const GlueOptions& options) {
  glue::Overrides said;
  if (!options.workflow.empty()) said.workflow_name = options.workflow;
  if (!options.output.empty()) said.output = options.output;
  if (options.execution_timeout)
    said.execution_timeout = std::chrono::seconds(*options.execution_timeout);
  said.log_level = level_named(options.log_level);
  said.max_workers = options.max_workers;
  said.overwrite = options.overwrite;
  said.no_execute = options.no_execute;
  said.skip_validation = options.skip_validation;
  return said;
}

}  // namespace sluice::cli
