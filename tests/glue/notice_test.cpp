#include <doctest/doctest.h>

#include "glue/notice_fixture.hpp"
#include "sluice/codec/json.hpp"

using namespace sluice;
using namespace sluice::glue;
using namespace sluice::test;

namespace {

std::string slack_text(const Notice& notice, Language language) {
  const codec::JsonValue body = codec::parse_json(slack_body(notice, language), "body");
  return std::string(body["text"].as_string().value());
}

}  // namespace

TEST_CASE("Slack's form tells of a success in Japanese and in English") {
  CHECK(slack_text(success_notice(), Language::japanese) ==
        "[成功] Glueワークフロー: etl-data-pipeline-workflow\n"
        "Run ID: wr_abc123\n"
        "ファイル: 合計48件 (成功45件, 失敗0件, スキップ3件)\n"
        "合計サイズ: 312.8 MB\n"
        "実行時間: 870 秒 (14分30秒)\n"
        "終了コード: 0\n"
        "レポート: ./downloads/report_20241114_103045.txt\n"
        "ホスト: batch-01");
  CHECK(slack_text(success_notice(), Language::english) ==
        "[SUCCESS] Glue workflow: etl-data-pipeline-workflow\n"
        "Run ID: wr_abc123\n"
        "Files: 48 in all (45 downloaded, 0 failed, 3 skipped)\n"
        "Size: 312.8 MB\n"
        "Duration: 870 s (14 min 30 s)\n"
        "Exit code: 0\n"
        "Report: ./downloads/report_20241114_103045.txt\n"
        "Host: batch-01");
}

TEST_CASE("Slack's form tells the first errors of a failure, and calls nobody by them") {
  CHECK(slack_text(failure_notice(), Language::english) ==
        "[FAILED] Glue workflow: etl-data-pipeline-workflow\n"
        "Run ID: wr_abc123\n"
        "Duration: 870 s (14 min 30 s)\n"
        "Exit code: 10\n"
        "Error: ★ Workflow実行失敗: etl - 失敗ジョブ 1件\n"
        "Error: second &lt;!channel&gt; &amp; more\n"
        "Error: third\n"
        "... and 2 more errors\n"
        "Report: ./downloads/report_20241114_103045.txt\n"
        "Host: batch-01");
}

TEST_CASE("Slack's form stays short whatever it is told") {
  Notice notice = failure_notice();
  notice.errors.assign(1000, std::string(100'000, 'x') + "\nline");
  notice.workflow = std::string(10'000, 'w');
  CHECK(slack_text(notice, Language::japanese).size() < 5000);
}

TEST_CASE("A notice is filled from the report, whose numbers it takes") {
  ReportData report;
  report.timestamp = TimePoint(std::chrono::seconds(1000));
  report.finished = TimePoint(std::chrono::seconds(1090));
  report.workflow_name = "etl";
  report.errors = {"one"};
  Notice notice = make_notice(report, {.exit_code = 8, .report = "r.txt", .host = "h"});
  CHECK(notice.status == NoticeStatus::failed);
  CHECK(notice.run_id.empty());
  CHECK_FALSE(notice.downloaded);
  CHECK(notice.duration == std::chrono::seconds(90));
  CHECK(notice.errors == report.errors);
  report.workflow = WorkflowRunResult{};
  report.workflow->run_id = "wr_1";
  report.download = DownloadResult{};
  report.download->total_files = 5;
  report.download->successful = 3;
  report.download->failed = 1;
  report.download->skipped = 1;
  report.download->total_bytes = 10;
  notice = make_notice(report, {});
  CHECK(notice.status == NoticeStatus::partial);
  CHECK(notice.run_id == "wr_1");
  CHECK(notice.downloaded);
  CHECK(notice.total_files == 5);
  CHECK(notice.successful == 3);
  CHECK(notice.failed == 1);
  CHECK(notice.skipped == 1);
  CHECK(notice.total_bytes == 10);
  CHECK(make_notice(report, {.exit_code = 130, .report = {}, .host = {}}).status ==
        NoticeStatus::interrupted);
  report.download->failed = 0;
  CHECK(make_notice(report, {}).status == NoticeStatus::success);
}

TEST_CASE("Who asks for failures hears of all but a whole success") {
  for (const NoticeStatus status : {NoticeStatus::success, NoticeStatus::partial,
                                    NoticeStatus::failed, NoticeStatus::interrupted}) {
    const bool success = status == NoticeStatus::success;
    CHECK(is_due(NotifyWhen::always, status));
    CHECK(is_due(NotifyWhen::success, status) == success);
    CHECK(is_due(NotifyWhen::failure, status) == !success);
  }
}
