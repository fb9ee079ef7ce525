#include "glue_world.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "language.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/local_path.hpp"
#include "sluice/core/log_file.hpp"
#include "storage_options.hpp"

namespace sluice::cli {
namespace {

constexpr std::uint64_t log_file_size = 50_MiB;

// Logs may name what is nobody else's business.
std::shared_ptr<LineWriter> private_log_file(const std::string& path) {
  const std::filesystem::path absolute = std::filesystem::absolute(path);
  const std::error_code failed = make_private_directories(absolute.parent_path());
  if (failed)
    throw Error(ErrorCode::config, "make directory", absolute.parent_path().string(),
                failed.message());
  LogFileOptions options;
  options.path = absolute;
  options.max_bytes = log_file_size;
  auto writer = make_log_file(std::move(options));
  ::chmod(absolute.c_str(), 0600);
  return writer;
}

}  // namespace

Language glue_language(const GlobalOptions& options, const Environment& environment,
                       std::optional<Language> configured) {
  if (const auto chosen = language_named(options.lang)) return *chosen;
  if (configured) return *configured;
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const std::string locale = environment.get(variable).value_or("");
    if (locale.empty()) continue;
    const bool none = locale == "C" || locale == "POSIX" || locale.starts_with("C.");
    return none ? Language::japanese : language_of_locale(environment);
  }
  return Language::japanese;
}

Logger make_glue_logger(const glue::LoggingConfig& config, LogFileUse file,
                        std::shared_ptr<LineWriter> console) {
  std::vector<std::shared_ptr<LogSink>> sinks;
  if (config.console) sinks.push_back(glue::make_python_sink(std::move(console), config.format));
  if (!config.file.empty() && file == LogFileUse::write)
    sinks.push_back(glue::make_python_sink(private_log_file(config.file), config.format));
  return Logger(make_tee_sink(std::move(sinks)), std::make_shared<SystemClock>(), config.level);
}

std::unique_ptr<glue::S3ObjectStore> open_glue_store(Session& session, const glue::AwsConfig& aws,
                                                     std::size_t workers) {
  StorageOptions options = session.storage_options();
  if (options.region.empty()) options.region = aws.region;
  if (options.profile.empty()) options.profile = aws.profile;
  options.http.connections_per_endpoint = std::max<std::size_t>(workers, options.parallel_parts);
  options.journal = nullptr;  // nothing is written to S3
  return std::make_unique<glue::S3ObjectStore>(session.runtime(), std::move(options));
}

}  // namespace sluice::cli
