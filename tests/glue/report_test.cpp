#include "sluice/glue/report.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <time.h>

#include <fstream>
#include <iterator>
#include <pugixml.hpp>

#include "glue/recorded_log.hpp"
#include "glue/source_root.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/fs/memory_fs.hpp"
#include "sluice/glue/glue_log.hpp"
#include "support/run.hpp"

namespace sluice::glue {
namespace {

using namespace std::chrono_literals;

/// Tokyo's time for the life of a test.
struct Tokyo {
  Tokyo() {
    ::setenv("TZ", "Asia/Tokyo", 1);
    ::tzset();
  }
  ~Tokyo() {
    ::unsetenv("TZ");
    ::tzset();
  }
};

const TimePoint noon(std::chrono::seconds(1'731'547'845));  // 2024-11-14 10:30:45 in Tokyo

LayerConfig layer(std::string name, std::string display, std::string bucket, std::string prefix) {
  LayerConfig made;
  made.name = std::move(name);
  made.display_name = std::move(display);
  made.s3_bucket = std::move(bucket);
  made.s3_prefix = std::move(prefix);
  made.file_patterns = {"^" + made.name + "_\\d{8}\\.csv$"};
  made.patterns = std::make_shared<const codec::PatternSet>(made.file_patterns);
  return made;
}

WorkflowRunResult finished_run() {
  WorkflowRunResult run;
  run.run_id = "wr_12345678";
  run.workflow_name = "etl-data-pipeline-workflow";
  run.status = "COMPLETED";
  run.start_time = noon + 5s;
  run.end_time = noon + 875s;
  run.duration_seconds = 870;
  run.total_jobs = run.completed_jobs = 8;
  for (int i = 1; i <= 8; ++i) {
    JobDetail job;
    job.job_name = "job-" + std::to_string(i);
    job.unique_id = "n" + std::to_string(i);
    job.status = "SUCCEEDED";
    job.start_time = noon + std::chrono::seconds(100 * i - 95);
    job.end_time = *job.start_time + 90s;
    job.duration_seconds = 90;
    run.job_details.push_back(job);
    if (i > 1) run.edges.push_back({"n" + std::to_string(i - 1), job.unique_id});
  }
  return run;
}

/// Eight jobs, four layers, 48 files, as the design's sample.
struct Sample {
  Configuration config;
  ReportData data;

  Sample() {
    config.layers = {layer("source", "ソース層（生データ）", "bronze", "raw/sales/"),
                     layer("staging", "ステージング層（クレンジング済み）", "silver", "staging/"),
                     layer("transformed", "変換層（集計済み）", "silver", "transformed/"),
                     layer("final", "最終結果層（分析用）", "gold", "analytics/")};
    config.layers[0].required = true;
    config.layers[2].max_files = 100;
    config.download.local_base_dir = "./downloads";
    data.timestamp = noon;
    data.finished = noon + 905s;
    data.workflow_name = "etl-data-pipeline-workflow";
    data.config_file = "config.yaml";
    data.output_directory = "./downloads";
    data.configuration = &config;
    data.workflow = finished_run();
    data.download.emplace();
    DownloadResult& result = *data.download;
    for (std::size_t i = 0; i < config.layers.size(); ++i)
      add_layer(result, i);
    result.total_files = result.successful = 48;
    result.transferred_bytes = result.total_bytes;
    result.duration_seconds = 25.3;
    result.throughput = {{noon + 880s, 200 << 20}, {noon + 890s, 112 << 20}};
  }

  void add_layer(DownloadResult& result, std::size_t index) {
    LayerDownload download;
    download.found.layer = index;
    const LayerConfig& config_of = config.layers[index];
    for (int day = 1; day <= 12; ++day) {
      S3FileInfo file;
      const std::string name =
          config_of.name + "_202411" + (day < 10 ? "0" : "") + std::to_string(day) + ".csv";
      file.key = config_of.s3_prefix + name;
      file.size = 6'800'000 + static_cast<std::uint64_t>(day) * 1000;
      file.last_modified = noon - 240h;
      result.total_bytes += file.size;
      download.found.files.push_back(file);
      download.local_paths.push_back("layers/" + config_of.name + "/" + name);
      download.outcomes.push_back({.status = DownloadStatus::success,
                                   .error = {},
                                   .started = noon + 880s,
                                   .ended = noon + 900s});
    }
    result.layers.push_back(std::move(download));
  }
};

std::string golden(const std::string& name) {
  std::ifstream file(std::string(SLUICE_SOURCE_ROOT) + "/tests/glue/golden/" + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// With SLUICE_WRITE_GOLDEN, writes it instead.
void check_golden(const std::string& name, const std::string& text) {
  if (::getenv("SLUICE_WRITE_GOLDEN"))
    std::ofstream(std::string(SLUICE_SOURCE_ROOT) + "/tests/glue/golden/" + name) << text;
  CHECK(text == golden(name));
}

pugi::xml_document parsed_page(const std::string& page) {
  pugi::xml_document document;
  const auto result = document.load_string(page.c_str(), pugi::parse_default | pugi::parse_doctype);
  INFO(result.description());
  CHECK(result);
  return document;
}

}  // namespace

TEST_CASE("the text report has chapter 10.2's form, in Japanese and in English") {
  const Tokyo zone;
  const Sample sample;
  check_golden("report.ja.txt", text_report(sample.data, {.language = Language::japanese}));
  check_golden("report.en.txt", text_report(sample.data, {.language = Language::english}));
}

TEST_CASE("a report without a run, and one of a run that failed") {
  const Tokyo zone;
  Sample sample;
  sample.data.workflow.reset();
  CHECK(text_report(sample.data, {})
            .find("★ Workflow実行結果 ★\n" + std::string(80, '-') + "\n実行なし\n") !=
        std::string::npos);
  CHECK(codec::parse_json(json_report(sample.data), "r")["workflow_execution"].is_null());
  sample.data.workflow = finished_run();
  sample.data.workflow->failed_jobs = 1;
  sample.data.workflow->job_details[0].status = "FAILED";
  sample.data.download.reset();
  sample.data.errors = {"★ Workflow実行失敗: etl - 失敗ジョブ 1件"};
  sample.data.error_count = 3;
  const std::string text = text_report(sample.data, {});
  CHECK(text.find("[ERROR] ★ Workflow実行失敗: etl - 失敗ジョブ 1件\n... ほか 2 件") !=
        std::string::npos);
  const std::string page = html_report(sample.data, {});
  CHECK(page.find("class=\"errors\"") < page.find("class=\"facts\""));
  parsed_page(page);
}

TEST_CASE("the JSON report has chapter 10.3's keys, and matched_pattern") {
  const Tokyo zone;
  const Sample sample;
  const codec::JsonValue report = codec::parse_json(json_report(sample.data), "report");
  CHECK(*report["execution_info"]["timestamp"].as_string() == "2024-11-14T10:30:45+09:00");
  CHECK(*report["execution_info"]["output_directory"].as_string() == "./downloads");
  const codec::JsonValue& run = report["workflow_execution"];
  CHECK(*run["start_time"].as_string() == "2024-11-14T10:30:50+09:00");
  CHECK(*run["duration_seconds"].as_double() == 870);
  CHECK(*run["total_jobs"].as_uint() == 8);
  CHECK(*run["success_rate"].as_double() == 100.0);
  CHECK(*(*run["job_details"].as_array())[0]["job_name"].as_string() == "job-1");
  CHECK(*report["summary"]["total_files"].as_uint() == 48);
  CHECK(*report["summary"]["total_size_bytes"].as_uint() == sample.data.download->total_bytes);
  for (const char* key : {"successful", "failed", "skipped", "total_size_mb", "duration_seconds",
                          "average_speed_mbps", "success_rate"})
    CHECK(report["summary"][key].as_double());
  const codec::JsonValue& first = (*report["layers"].as_array())[0];
  CHECK(*first["status"].as_string() == "success");
  CHECK(*first["file_count"].as_uint() == 12);
  CHECK(first["max_files"].is_null());
  const codec::JsonValue& file = (*first["files"].as_array())[0];
  CHECK(*file["filename"].as_string() == "source_20241101.csv");
  CHECK(*file["s3_uri"].as_string() == "s3://bronze/raw/sales/source_20241101.csv");
  CHECK(*file["local_path"].as_string() == "downloads/layers/source/source_20241101.csv");
  CHECK(*file["last_modified"].as_string() == "2024-11-04T01:30:45Z");
  CHECK(*file["matched_pattern"].as_string() == "^source_\\d{8}\\.csv$");
  CHECK(*file["download_status"].as_string() == "success");
  CHECK(report["failed_files"].as_array()->empty());
  CHECK(report["warnings"].as_array()->empty());
}

TEST_CASE("layers and files that failed are told as such") {
  const Tokyo zone;
  Sample sample;
  LayerDownload& first = sample.data.download->layers[0];
  first.outcomes[0] = {.status = DownloadStatus::failed, .error = "no", .started = {}, .ended = {}};
  LayerDownload& second = sample.data.download->layers[1];
  second.found.failure = Error(ErrorCode::permission_denied, "list", "x", "no");
  sample.data.download->layers[2] = {};
  sample.data.download->layers[2].found.layer = 2;
  CHECK(layer_status(first) == LayerStatus::partial);
  CHECK(layer_status(second) == LayerStatus::failed);
  CHECK(layer_status(sample.data.download->layers[2]) == LayerStatus::empty);
  const codec::JsonValue report = codec::parse_json(json_report(sample.data), "report");
  const codec::JsonValue& failed = (*report["failed_files"].as_array())[0];
  CHECK(*failed["s3_uri"].as_string() == "s3://bronze/raw/sales/source_20241101.csv");
  CHECK(*failed["error"].as_string() == "no");
  CHECK(text_report(sample.data, {}).find("状態: 一部失敗") != std::string::npos);
}

TEST_CASE("the page is one well-formed file that asks for nothing, and hostile names stay text") {
  const Tokyo zone;
  Sample sample;
  const std::string hostile = "<script>alert(1)</script>&\"'\x01";
  sample.data.download->layers[0].found.files[0].key += hostile;
  sample.data.workflow->job_details[0].job_name = hostile;
  sample.data.workflow->job_details[0].error_message = hostile;
  sample.data.errors = {hostile};
  sample.data.error_count = 1;
  sample.config.layers[1].display_name = hostile;
  for (const Language language : {Language::japanese, Language::english}) {
    const std::string page = html_report(sample.data, {.language = language});
    const pugi::xml_document document = parsed_page(page);
    CHECK(document.select_nodes("//script").empty());
    CHECK(document.select_nodes("//*[@src]").empty());
    CHECK(document.select_nodes("//link").empty());
    CHECK(document.select_nodes("//svg").size() == 3);
    CHECK(document.select_nodes("//details").size() == 4);
    CHECK(document.child("html").attribute("lang").value() ==
          std::string(language == Language::japanese ? "ja" : "en"));
  }
}

TEST_CASE("reports are written whole under a name that is free") {
  const Tokyo zone;
  const Sample sample;
  test::run([&sample](Runtime& runtime) -> Task<> {
    MemoryFs output(runtime, {});
    ReportGenerator generator(Language::japanese);
    const auto first = co_await generator.generate(runtime, runtime.context(), output, sample.data);
    CHECK(first == std::vector<std::string>{"report_20241114_103045.txt",
                                            "report_20241114_103045.json",
                                            "report_20241114_103045.html"});
    const auto second =
        co_await generator.generate(runtime, runtime.context(), output, sample.data);
    CHECK(second[0] == "report_20241114_103045_2.txt");
    CHECK(output.text_of(first[0]) == text_report(sample.data, {}));
  });
}

TEST_CASE("log lines are those of Python's logging, and a server's words forge none") {
  const Tokyo zone;
  struct Lines final : LineWriter {
    void write_line(std::string_view line) override { text += line; }
    std::string text;
  };
  const auto lines = std::make_shared<Lines>();
  LogRecord record{.time = noon + 123ms,
                   .level = LogLevel::warn,
                   .message = "a\nb",
                   .context = {},
                   .fields = {}};
  const LogField field{"logger", name_of(Component::downloader)};
  record.fields = std::span(&field, 1);
  make_python_sink(lines, "%(asctime)s - %(name)s - %(levelname)s - %(message)s")->write(record);
  CHECK(lines->text ==
        "2024-11-14 10:30:45,123 - glue_workflow_downloader.downloader - WARNING - a\\nb\n");
  lines->text.clear();
  make_python_sink(lines, "%(levelname)-8s|%(message)5s|100%%")->write(record);
  CHECK(lines->text == "WARNING | a\\nb|100%\n");
  CHECK(problem_of_log_format("%(message)s").empty());
  CHECK_FALSE(problem_of_log_format("%(lineno)d").empty());
  CHECK_FALSE(problem_of_log_format("%(message)d").empty());
  CHECK_FALSE(problem_of_log_format("100%").empty());
}

}  // namespace sluice::glue
