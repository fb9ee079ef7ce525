#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/environment.hpp"
#include "sluice/core/language.hpp"
#include "sluice/glue/config.hpp"
#include "sluice/glue/errors.hpp"

namespace sluice::glue {

/// One thing that is wrong in the file.
struct ConfigProblem {
  std::size_t line = 0, column = 0;  ///< From 1.
  std::string key;                   ///< "layers[2].file_patterns[0]"
  std::string message;               ///< What is wrong, what was expected, what to do.
};

/// "config.yaml:12:5: layers[0].min_files: ..." a line each.
std::string describe(std::string_view file, const std::vector<ConfigProblem>& problems);

struct ParsedConfiguration {
  Configuration configuration;          ///< Complete only without problems.
  std::vector<ConfigProblem> problems;  ///< All of them, in the file's order.
};

/// Reads the whole text in one pass and finds all that is wrong with it. `${NAME}` in values is
/// taken from `environment` ("$${" stands for "${"). Secrets never stand in a message. Pure.
ParsedConfiguration parse_configuration(std::string_view text, const Environment& environment,
                                        Language language);

/// Holds a valid configuration and where it came from.
class ConfigManager {
 public:
  /// Reads the file on the disk lane. Throws ConfigurationFileError (missing, unreadable, no YAML;
  /// 1 MiB at most) or ConfigurationError (all problems, a line each).
  static Task<ConfigManager> load(Runtime& runtime, std::filesystem::path path,
                                  Environment environment, Language language);
  ConfigManager(std::string path, Configuration configuration);

  const std::string& path() const { return path_; }
  const Configuration& get() const { return configuration_; }
  void apply(const Overrides& overrides);
  const std::vector<LayerConfig>& get_layers() const { return configuration_.layers; }
  const AwsConfig& get_aws_config() const { return configuration_.aws; }
  const WorkflowConfig& get_workflow_config() const { return configuration_.workflow; }
  const DownloadConfig& get_download_config() const { return configuration_.download; }

 private:
  std::string path_;
  Configuration configuration_;
};

/// Which pattern of which layer a name would match, for `glue validate --explain`: a line for each
/// layer.
std::string explain(const Configuration& configuration, std::string_view relative_key,
                    Language language);

}  // namespace sluice::glue
