#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/bytes.hpp"

namespace sluice::cli {

/// A configuration file's values by dotted key ("batch.run.exec"), each with where it stands.
struct ConfigValue {
  std::vector<std::string> values;
  std::string where;  ///< "file:line:column".
};
using ConfigFile = std::map<std::string, ConfigValue>;

/// Bytes of a configuration; more is refused.
inline constexpr std::size_t config_limit = 1_MiB;

/// YAML: sections of "key: value" and "key: [values]", one document. Aliases are refused (a small
/// text could stand for a huge one), and sections nest as deep as commands do. `name` is the
/// file's, for messages. Pure. Throws Error{config} whose subject is "name:line:column".
ConfigFile parse_config(std::string_view text, std::string_view name);

}  // namespace sluice::cli
