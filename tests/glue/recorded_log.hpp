#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sluice/core/log.hpp"

namespace sluice::test {

/// Keeps what was logged as "LEVEL message".
class RecordedLog final : public LogSink {
 public:
  void write(const LogRecord& record) override {
    lines.push_back(std::string(name_of(record.level)) + " " + std::string(record.message));
  }
  bool has(std::string_view text) const {
    for (const std::string& line : lines) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }
  Logger logger() {
    // The sink outlives the loggers of a test.
    return Logger(std::shared_ptr<LogSink>(std::shared_ptr<LogSink>(), this),
                  std::make_shared<SystemClock>(), LogLevel::debug);
  }

  std::vector<std::string> lines;
};

}  // namespace sluice::test
