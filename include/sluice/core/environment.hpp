#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// The environment variables a program hands down; the library reads none by itself (only app/
/// fills this).
class Environment {
 public:
  Environment() = default;
  explicit Environment(std::map<std::string, std::string, std::less<>> variables)
      : variables_(std::move(variables)) {}

  /// nullopt if unset or empty: an empty variable counts as unset, as the AWS tools have it.
  std::optional<std::string> get(std::string_view name) const {
    const auto found = variables_.find(name);
    if (found == variables_.end() || found->second.empty()) return std::nullopt;
    return found->second;
  }
  const std::map<std::string, std::string, std::less<>>& all() const { return variables_; }

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace sluice
