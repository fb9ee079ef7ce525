#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sluice/glue/config.hpp"

namespace sluice::cli {

/// Flags of `glue` and its subcommands; the names are those of the users' design (chapter 8.2).
struct GlueOptions {
  std::string config, workflow, output;
  bool no_execute = false, overwrite = false, dry_run = false, skip_validation = false;
  std::optional<std::uint64_t> execution_timeout;  ///< Seconds.
  std::string log_level;
  std::optional<std::size_t> max_workers;
  bool attach = false, require_nodes = false, strict = false;
  std::string on_interrupt, on_timeout;
  // Of the subcommands:
  bool explain = false;
  std::string run_id;
  std::uint32_t limit = 20;
};

void add_glue_options(CLI::App& command, GlueOptions& options);
/// Which file, workflow and run: what `status`, `runs`, `stop` and `resume` ask for.
enum class RunId : std::uint8_t { none, optional, required };
void add_glue_run_options(CLI::App& command, GlueOptions& options, RunId run_id);

/// Throws UsageError for a level that is none.
glue::Overrides overrides(const GlueOptions& options);

}  // namespace sluice::cli
