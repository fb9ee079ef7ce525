#include <utility>

#include "aws/config_text.hpp"
#include "aws/words.hpp"

namespace sluice::aws {
namespace {

// What `over` says holds; the rest stays.
void merge(ConfigSection& into, const ConfigSection& over) {
  for (const auto& [name, value] : over.values) {
    into.values[name] = value;
    into.blocks.erase(name);
  }
  for (const auto& [name, block] : over.blocks)
    into.blocks[name] = block;
}

// "profile name": its name. Quotes may hold a name with blanks.
std::optional<std::string> name_after(std::string_view kind, const TitledSection& section,
                                      const std::string& path) {
  const auto words = split_words(section.title);
  if (!words) throw config_error_at(path, section.line, "a quote is not closed");
  if (words->empty() || words->front() != kind) return std::nullopt;
  if (words->size() != 2)
    throw config_error_at(path, section.line, "[" + std::string(kind) + " NAME] takes one name");
  return words->back();
}

// [default] and [profile default] are the same profile; the second form wins.
void take_config_section(AwsConfig& config, const TitledSection& titled, const std::string& path,
                         ConfigSection& plain_default) {
  if (titled.title == "default") return merge(plain_default, titled.section);
  if (const auto name = name_after("profile", titled, path)) {
    merge(config.config_profiles[*name], titled.section);
  } else if (const auto session = name_after("sso-session", titled, path)) {
    merge(config.sso_sessions[*session], titled.section);
  } else if (const auto services = name_after("services", titled, path)) {
    merge(config.services[*services], titled.section);
  }
  // Other sections belong to other tools ("preview", "plugins").
}

}  // namespace

std::optional<std::string> ConfigSection::get(std::string_view name) const {
  const auto found = values.find(name);
  if (found == values.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

std::optional<std::string> ConfigSection::get(std::string_view block, std::string_view name) const {
  const auto nested = blocks.find(block);
  if (nested == blocks.end()) return std::nullopt;
  const auto found = nested->second.find(name);
  if (found == nested->second.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

AwsConfig parse_aws_config(const ConfigText& config, const ConfigText& credentials) {
  AwsConfig result;
  ConfigSection plain_default;
  bool has_default = false;
  for (const auto& section : parse_config_text(config)) {
    has_default = has_default || section.title == "default";
    take_config_section(result, section, config.path, plain_default);
  }
  if (has_default) {
    merge(plain_default, result.config_profiles["default"]);
    result.config_profiles["default"] = std::move(plain_default);
  }
  for (const auto& section : parse_config_text(credentials)) {
    merge(result.credential_profiles[section.title], section.section);
  }
  result.profiles = result.config_profiles;
  for (const auto& [name, section] : result.credential_profiles)
    merge(result.profiles[name], section);
  return result;
}

}  // namespace sluice::aws
