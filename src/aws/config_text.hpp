#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sluice/aws/config.hpp"

namespace sluice::aws {

/// A section as it stands in a file, its title not yet understood.
struct TitledSection {
  std::string title;  ///< Between the brackets, trimmed.
  std::size_t line = 0;
  ConfigSection section;
};

/// Reads the INI dialect: '#' and ';' begin a comment line, '=' or ':' ends a name, a line that is
/// indented deeper than its setting continues the value (one more line of it, or a nested setting
/// if the value was empty). Of two settings of one name the later one holds. Throws Error{config}.
std::vector<TitledSection> parse_config_text(const ConfigText& source);

/// The Error for a place in a file.
Error config_error_at(const std::string& path, std::size_t line, std::string message);

}  // namespace sluice::aws
