#include "settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/core/error.hpp"

namespace sluice::cli {
namespace {

Error bad_config(std::string where, std::string message) {
  return Error(ErrorCode::config, "read configuration", std::move(where), std::move(message));
}

std::string long_name(const CLI::Option& option) {
  return option.get_lnames().empty() ? std::string() : option.get_lnames().front();
}

bool configurable(const CLI::Option& option) {
  const std::string name = long_name(option);
  return !name.empty() && name != "help" && name != "version" && name != "config";
}

void collect_keys(CLI::App& app, const std::string& prefix, std::vector<std::string>& own,
                  std::vector<std::string>& keys) {
  for (const CLI::Option* option : app.get_options()) {
    if (!configurable(*option)) continue;
    keys.push_back(prefix + long_name(*option));
    own.push_back(long_name(*option));
  }
  for (CLI::App* command : app.get_subcommands({})) {
    std::vector<std::string> inner;
    collect_keys(*command, prefix + command->get_name() + ".", inner, keys);
    // A section may hold what its commands share: batch.state for all of batch.
    for (const std::string& name : inner)
      keys.push_back(prefix + name);
    own.insert(own.end(), inner.begin(), inner.end());
  }
}

void check_keys(CLI::App& app, const ConfigFile& file) {
  std::vector<std::string> own, keys;
  collect_keys(app, "", own, keys);
  for (const auto& [key, value] : file) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    throw bad_config(
        value.where,
        fmt::format("unknown key \"{}\"; keys are the long flags of the commands (sluice --help)",
                    key));
  }
}

void give(CLI::Option& option, const std::vector<std::string>& values, const std::string& where) {
  try {
    for (const std::string& value : values)
      option.add_result(value);
    option.run_callback();
  } catch (const CLI::Error& error) {
    throw bad_config(where, error.what());
  }
}

const ConfigValue* value_for(const ConfigFile& file, std::vector<std::string> section,
                             const std::string& name) {
  for (;;) {
    std::string key;
    for (const std::string& part : section)
      key += part + ".";
    const auto found = file.find(key + name);
    if (found != file.end()) return &found->second;
    if (section.empty()) return nullptr;
    section.pop_back();
  }
}

void apply_to(CLI::App& app, const std::vector<std::string>& section,
              const Environment& environment, const ConfigFile& file) {
  for (CLI::Option* option : app.get_options()) {
    if (!configurable(*option) || option->count() > 0) continue;
    const std::string name = long_name(*option);
    const std::string variable = variable_for(name);
    if (const auto value = environment.get(variable)) {
      give(*option, {*value}, "environment variable " + variable);
    } else if (const ConfigValue* found = value_for(file, section, name)) {
      give(*option, found->values, fmt::format("{}, key {}", found->where, name));
    }
  }
  for (CLI::App* command : app.get_subcommands()) {
    std::vector<std::string> inner = section;
    inner.push_back(command->get_name());
    apply_to(*command, inner, environment, file);
  }
}

}  // namespace

void apply_settings(CLI::App& app, const Environment& environment, const ConfigFile& file) {
  check_keys(app, file);
  apply_to(app, {}, environment, file);
}

std::string variable_for(const std::string& option_name) {
  std::string name = "SLUICE_" + option_name;
  for (char& c : name) {
    if (c == '-') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

}  // namespace sluice::cli
