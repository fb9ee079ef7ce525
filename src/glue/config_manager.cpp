#include "sluice/glue/config_manager.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/glue/messages.hpp"

namespace sluice::glue {
namespace {

constexpr std::size_t longest = 1_MiB;

// A little more than is taken, so that what is too long is seen.
std::string read_text(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw error_from_errno(errno, "read", path.string());
  std::string text(longest + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.fail() && !file.eof()))
    throw error_from_errno(errno != 0 ? errno : EIO, "read", path.string());
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace

std::string describe(std::string_view file, const std::vector<ConfigProblem>& problems) {
  std::string text;
  for (const ConfigProblem& problem : problems) {
    if (!text.empty()) text += '\n';
    text += fmt::format("{}:{}:{}: {}{}{}", file, problem.line, problem.column, problem.key,
                        problem.key.empty() ? "" : ": ", problem.message);
  }
  return text;
}

ConfigManager::ConfigManager(std::string path, Configuration configuration)
    : path_(std::move(path)), configuration_(std::move(configuration)) {}

void ConfigManager::apply(const Overrides& overrides) {
  glue::apply(overrides, configuration_);
}

Task<ConfigManager> ConfigManager::load(Runtime& runtime, std::filesystem::path path,
                                        Environment environment, Language language) {
  std::string text;
  std::optional<Error> unread;
  try {
    auto job = [path] { return read_text(path); };
    text = co_await offload(runtime.disk(), job);
  } catch (const Error& error) {
    unread = error;
  }
  const std::string name = path.string();
  if (unread) {
    const bool missing = unread->code() == ErrorCode::not_found;
    const std::string words = missing
                                  ? say(language, messages::config_missing, std::string_view(name))
                                  : std::string(unread->what());
    throw ConfigurationFileError(Error(ErrorCode::config, "read", name, words).caused_by(*unread));
  }
  ParsedConfiguration parsed = parse_configuration(text, environment, language);
  if (!parsed.problems.empty()) {
    const Error error(ErrorCode::config, "read", name, describe(name, parsed.problems));
    // What is no YAML at all could not be read (E001); the rest is wrong (E002).
    const bool unreadable = parsed.problems.size() == 1 && parsed.problems.front().key.empty();
    if (unreadable) throw ConfigurationFileError(error);
    throw ConfigurationError(error);
  }
  co_return ConfigManager(name, std::move(parsed.configuration));
}

}  // namespace sluice::glue
