#include "settings.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "sluice/core/error.hpp"

namespace sluice::cli {
namespace {

std::string place(const std::filesystem::path& file, const YAML::Mark& mark) {
  if (mark.is_null()) return file.string();
  return fmt::format("{}:{}:{}", file.string(), mark.line + 1, mark.column + 1);
}

Error bad_config(std::string where, std::string message) {
  return Error(ErrorCode::config, "read configuration", std::move(where), std::move(message));
}

class ConfigReader {
 public:
  explicit ConfigReader(std::filesystem::path file) : file_(std::move(file)) {}

  ConfigFile read() {
    try {
      const YAML::Node root = YAML::LoadFile(file_.string());
      if (!root.IsNull()) read_map("", root);
    } catch (const YAML::BadFile&) {
      throw bad_config(file_.string(), "the file cannot be read");
    } catch (const YAML::Exception& error) {
      throw bad_config(place(file_, error.mark), error.msg);
    }
    return std::move(result_);
  }

 private:
  void read_map(const std::string& prefix, const YAML::Node& map) {
    if (!map.IsMap()) throw bad_config(place(file_, map.Mark()), "expected \"key: value\" lines");
    for (const auto& entry : map) {
      std::string name = entry.first.as<std::string>();
      std::replace(name.begin(), name.end(), '_', '-');
      const std::string key = prefix.empty() ? name : prefix + "." + name;
      if (entry.second.IsMap()) {
        read_map(key, entry.second);
      } else {
        read_value(key, entry.first, entry.second);
      }
    }
  }

  void read_value(const std::string& key, const YAML::Node& name, const YAML::Node& node) {
    ConfigValue value;
    value.where = place(file_, name.Mark());
    if (node.IsSequence()) {
      for (const auto& item : node)
        value.values.push_back(scalar(key, item));
    } else {
      value.values.push_back(scalar(key, node));
    }
    const auto [at, inserted] = result_.emplace(key, std::move(value));
    if (!inserted)
      throw bad_config(place(file_, name.Mark()), fmt::format("the key {} stands twice", key));
  }

  std::string scalar(const std::string& key, const YAML::Node& node) const {
    if (!node.IsScalar())
      throw bad_config(place(file_, node.Mark()),
                       fmt::format("the key {} needs a value or a list of values", key));
    return node.Scalar();
  }

  std::filesystem::path file_;
  ConfigFile result_;
};

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

ConfigFile read_config_file(const std::filesystem::path& file) {
  return ConfigReader(file).read();
}

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
