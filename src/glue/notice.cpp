#include <utility>

#include "glue/notice_text.hpp"
#include "glue/report_words.hpp"
#include "sluice/core/redaction.hpp"
#include "sluice/glue/notify.hpp"

namespace sluice::glue {
namespace {

constexpr int interrupted_code = 130;

NoticeStatus status_of(int exit_code, std::uint64_t failed_files) {
  if (exit_code == interrupted_code) return NoticeStatus::interrupted;
  if (exit_code != 0) return NoticeStatus::failed;
  return failed_files > 0 ? NoticeStatus::partial : NoticeStatus::success;
}

std::string word_for(NoticeStatus status, Language language) {
  using namespace notify_messages;
  switch (status) {
    case NoticeStatus::success:
      return say(language, success);
    case NoticeStatus::partial:
      return say(language, partial);
    case NoticeStatus::interrupted:
      return say(language, interrupted);
    case NoticeStatus::failed:
      break;
  }
  return say(language, failed);
}

}  // namespace

std::string_view name_of(NoticeStatus status) {
  switch (status) {
    case NoticeStatus::success:
      return "success";
    case NoticeStatus::partial:
      return "partial";
    case NoticeStatus::interrupted:
      return "interrupted";
    case NoticeStatus::failed:
      break;
  }
  return "failed";
}

bool is_due(NotifyWhen when, NoticeStatus status) {
  if (when == NotifyWhen::always) return true;
  return (when == NotifyWhen::success) == (status == NoticeStatus::success);
}

Notice make_notice(const ReportData& report, NoticeEnding ending) {
  Notice notice;
  notice.exit_code = ending.exit_code;
  notice.workflow = report.workflow_name;
  if (report.workflow) notice.run_id = report.workflow->run_id;
  if (report.download) {
    const DownloadResult& result = *report.download;
    notice.downloaded = true;
    notice.total_files = result.total_files;
    notice.successful = result.successful;
    notice.failed = result.failed;
    notice.skipped = result.skipped;
    notice.total_bytes = result.total_bytes;
  }
  notice.status = status_of(ending.exit_code, notice.failed);
  notice.duration = report.finished - report.timestamp;
  notice.errors = report.errors;
  notice.report = std::move(ending.report);
  notice.host = std::move(ending.host);
  return notice;
}

std::uint64_t whole_seconds(const Notice& notice) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(notice.duration).count();
  return seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds);
}

std::string headline(const Notice& notice, Language language) {
  const std::string workflow = one_line(notice.workflow, longest_name);
  return say(language, notify_messages::headline, word_for(notice.status, language), workflow);
}

std::vector<std::string> notice_lines(const Notice& notice, Language language,
                                      std::size_t most_errors) {
  using namespace notify_messages;
  std::vector<std::string> lines;
  const auto add = [&](const auto& message, const auto&... args) {
    lines.push_back(say(language, message, args...));
  };
  const auto add_name = [&](const Message<Text>& message, const std::string& name) {
    if (!name.empty()) add(message, one_line(name, longest_name));
  };
  lines.push_back(sluice::glue::headline(notice, language));
  add_name(run_id, notice.run_id);
  if (notice.downloaded) {
    add(files, notice.total_files, notice.successful, notice.failed, notice.skipped);
    add(size, words::megabytes(notice.total_bytes));
  }
  const std::uint64_t seconds = whole_seconds(notice);
  add(duration, seconds, seconds / 60, seconds % 60);
  add(exit_code, notice.exit_code);
  for (std::size_t i = 0; i < notice.errors.size() && i < most_errors; ++i)
    add(error, one_line(notice.errors[i], longest_error));
  if (notice.errors.size() > most_errors) add(more_errors, notice.errors.size() - most_errors);
  add_name(report, notice.report);
  add_name(host, notice.host);
  return lines;
}

}  // namespace sluice::glue
