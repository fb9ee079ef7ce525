#include "sluice/glue/config.hpp"

#include <algorithm>

namespace sluice::glue {

std::string LayerConfig::get_s3_path() const {
  return "s3://" + s3_bucket + "/" + s3_prefix;
}

std::optional<std::size_t> LayerConfig::matched_index(std::string_view relative_key) const {
  const std::size_t slash = relative_key.rfind('/');
  if (slash == std::string_view::npos) return patterns->first_match(relative_key);
  return patterns->first_match(relative_key, relative_key.substr(slash + 1));
}

bool LayerConfig::matches_filename(std::string_view relative_key) const {
  return matched_index(relative_key).has_value();
}

const std::string* LayerConfig::get_matched_pattern(std::string_view relative_key) const {
  const auto index = matched_index(relative_key);
  return index ? &file_patterns[*index] : nullptr;
}

std::uint64_t LayerConfig::least_files() const {
  return required ? std::max<std::uint64_t>(1, min_files) : min_files;
}

bool LayerConfig::validate_file_count(std::uint64_t file_count) const {
  return file_count >= least_files() && (!max_files || file_count <= *max_files);
}

void apply(const Overrides& overrides, Configuration& configuration) {
  if (overrides.workflow_name) configuration.workflow.name = *overrides.workflow_name;
  if (overrides.output) configuration.download.local_base_dir = *overrides.output;
  if (overrides.execution_timeout)
    configuration.workflow.execution_timeout = *overrides.execution_timeout;
  if (overrides.log_level) configuration.logging.level = *overrides.log_level;
  if (overrides.max_workers) configuration.download.max_workers = *overrides.max_workers;
  if (overrides.overwrite) configuration.download.overwrite = true;
  if (overrides.no_execute) configuration.workflow.execute = false;
  if (overrides.skip_validation) configuration.workflow.validate_before_run = false;
}

}  // namespace sluice::glue
