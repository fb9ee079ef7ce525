#pragma once

#include <filesystem>

#include "config_text.hpp"

namespace sluice::cli {

/// Reads a YAML file, before the loop runs. Throws Error{config} naming the file, and line and
/// column of what is wrong inside.
ConfigFile read_config_file(const std::filesystem::path& file);

}  // namespace sluice::cli
