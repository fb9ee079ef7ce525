#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "sluice/core/clock.hpp"
#include "sluice/core/random.hpp"
#include "sluice/glue/notify.hpp"
#include "support/run.hpp"

namespace sluice::test {

/// Everything that was logged, fields and all.
class LogMemory final : public LogSink {
 public:
  struct Record {
    LogLevel level;
    std::string message;
  };

  void write(const LogRecord& record) override {
    records.push_back({record.level, std::string(record.message)});
    all += record.message;
    for (const LogField& field : record.fields) {
      if (const auto* text = std::get_if<std::string_view>(&field.value.get())) all += *text;
      all += '\n';
    }
  }
  std::vector<std::string> of(LogLevel level) const {
    std::vector<std::string> messages;
    for (const Record& record : records) {
      if (record.level == level) messages.push_back(record.message);
    }
    return messages;
  }

  std::vector<Record> records;
  std::string all;
};

/// Makes every jittered delay zero.
class NoDelay final : public RandomSource {
 public:
  std::uint64_t next() override { return 0; }
};

inline glue::Notice success_notice() {
  glue::Notice notice;
  notice.status = glue::NoticeStatus::success;
  notice.exit_code = 0;
  notice.workflow = "etl-data-pipeline-workflow";
  notice.run_id = "wr_abc123";
  notice.downloaded = true;
  notice.total_files = 48;
  notice.successful = 45;
  notice.skipped = 3;
  notice.total_bytes = 327'994'573;
  notice.duration = std::chrono::milliseconds(870'900);
  notice.report = "./downloads/report_20241114_103045.txt";
  notice.host = "batch-01";
  return notice;
}

inline glue::Notice failure_notice() {
  glue::Notice notice = success_notice();
  notice.status = glue::NoticeStatus::failed;
  notice.exit_code = 10;
  notice.downloaded = false;
  notice.total_files = notice.successful = notice.skipped = notice.total_bytes = 0;
  notice.errors = {"★ Workflow実行失敗: etl - 失敗ジョブ 1件", "second <!channel> & more", "third",
                   "fourth", "fifth"};
  return notice;
}

struct Told {
  std::shared_ptr<LogMemory> log = std::make_shared<LogMemory>();
  Language language = Language::english;
  glue::NotifyOptions options = {};

  std::vector<std::string> warnings() const { return log->of(LogLevel::warn); }

  void tell(net::HttpClient& http, const glue::NotifyConfig& config, const glue::Notice& notice) {
    run([&](Runtime& runtime) { return tell_on(runtime, http, config, notice); }, world());
  }
  Task<> tell_on(Runtime& runtime, net::HttpClient& http, const glue::NotifyConfig& config,
                 const glue::Notice& notice) {
    OpContext context;
    context.log = logger();
    const glue::GlueLog glue_log(logger(), language);
    co_await glue::notify(runtime, context, http, config, notice, glue_log, options);
  }
  Logger logger() const { return {log, std::make_shared<SystemClock>(), LogLevel::debug}; }
  RuntimeOptions world() const {
    return {.clock = nullptr,
            .random = std::make_shared<NoDelay>(),
            .threads = nullptr,
            .log = logger()};
  }
};

}  // namespace sluice::test
