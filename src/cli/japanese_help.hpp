#pragma once

#include <CLI/CLI.hpp>

namespace sluice::cli {

/// Puts Japanese texts in the place of the English ones that commands and options were made with. A
/// test holds that none is left out.
void translate_help(CLI::App& app);

}  // namespace sluice::cli
