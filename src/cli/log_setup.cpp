#include "log_setup.hpp"

#include <cstdio>
#include <memory>

#include "sluice/core/log_file.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t old_log_files = 5;

class StandardError final : public LineWriter {
 public:
  void write_line(std::string_view line) override {
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
};

LogLevel level_named(const std::string& name) {
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error}) {
    if (name == name_of(level)) return level;
  }
  return LogLevel::off;
}

}  // namespace

Logger make_logger(const GlobalOptions& options) {
  const LogFormat format = options.log_format == "json" ? LogFormat::json : LogFormat::text;
  std::vector<std::shared_ptr<LogSink>> sinks{
      make_line_sink(std::make_shared<StandardError>(), format)};
  if (!options.log_file.empty()) {
    LogFileOptions file;
    file.path = options.log_file;
    file.max_bytes = size_value(options.log_file_size, "--log-file-size");
    file.keep = old_log_files;
    sinks.push_back(make_line_sink(make_log_file(std::move(file)), format));
  }
  return Logger(make_tee_sink(std::move(sinks)), std::make_shared<SystemClock>(),
                level_named(options.log_level));
}

}  // namespace sluice::cli
