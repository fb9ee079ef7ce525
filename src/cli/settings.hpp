#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "config_text.hpp"
#include "sluice/core/environment.hpp"

namespace sluice::cli {

/// Gives every option that was not on the command line its value from SLUICE_<NAME>, else from the
/// configuration file (the section of the command first: batch.run.x, batch.x, x). Keys that no
/// command knows are errors, as are values of the wrong type. Throws Error{config} naming the
/// variable, or file, line and key.
void apply_settings(CLI::App& app, const Environment& environment, const ConfigFile& file);

/// "SLUICE_ENDPOINT_URL" for --endpoint-url.
std::string variable_for(const std::string& option_name);

}  // namespace sluice::cli
