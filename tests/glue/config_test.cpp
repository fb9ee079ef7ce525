#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "glue/source_root.hpp"
#include "sluice/glue/config_manager.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"

namespace sluice::glue {
namespace {

std::string sample(const std::string& name) {
  std::ifstream file(std::string(SLUICE_SOURCE_ROOT) + "/tests/glue/samples/" + name);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

ParsedConfiguration parsed(const std::string& text, Environment environment = {},
                           Language language = Language::english) {
  return parse_configuration(text, environment, language);
}

Configuration valid(const std::string& text, Environment environment = {}) {
  ParsedConfiguration result = parsed(text, std::move(environment));
  INFO(describe("config.yaml", result.problems));
  REQUIRE(result.problems.empty());
  return std::move(result.configuration);
}

/// The one problem of a text, as it is shown.
std::string problem(const std::string& text, Language language = Language::english) {
  const ParsedConfiguration result = parsed(text, {}, language);
  return describe("c.yaml", result.problems);
}

constexpr const char* smallest = R"(aws: {region: ap-northeast-1}
layers:
  - name: a
    s3_bucket: bucket
    s3_prefix: raw/
    file_patterns: ['^a']
)";

std::string with(const std::string& more) {
  return std::string(smallest) + more;
}

}  // namespace

TEST_CASE("the sample of chapter 4.1 says what its comments say") {
  const Configuration config = valid(sample("chapter4.yaml"));
  CHECK(config.version == "1.0");
  CHECK(config.aws.region == "ap-northeast-1");
  CHECK(config.aws.profile == "default");
  CHECK(config.workflow.name == "etl-data-pipeline-workflow");
  CHECK(config.workflow.execute);
  CHECK(config.workflow.initial_layer_check_timeout == std::chrono::seconds(300));
  CHECK(config.workflow.execution_timeout == std::chrono::seconds(3600));
  CHECK(config.workflow.polling_interval == std::chrono::seconds(30));
  CHECK(config.workflow.wait_for_completion);
  REQUIRE(config.layers.size() == 4);
  const LayerConfig& source = config.layers[0];
  CHECK(source.display_name == "ソース層（生データ）");
  CHECK(source.get_s3_path() == "s3://my-datalake-bronze/raw/sales/");
  CHECK(source.required);
  CHECK(source.min_files == 1);
  CHECK_FALSE(source.max_files.has_value());
  CHECK(*source.get_matched_pattern("sales_20241101.csv") == "^sales_\\d{8}\\.csv$");
  CHECK(*source.get_matched_pattern("sales_summary_202411.csv") == "^sales_summary_\\d{6}\\.csv$");
  CHECK(*source.get_matched_pattern("sales_x.json") == "^sales_.*\\.json$");
  CHECK_FALSE(source.matches_filename("sales_2024110.csv"));
  CHECK(config.layers[2].max_files == 100);
  CHECK(config.layers[3].matches_filename("sales_report_a.pdf"));
  CHECK(config.download.preserve_structure);
  CHECK_FALSE(config.download.overwrite);
  CHECK(config.download.max_workers == 5);
  CHECK(config.download.retry_count == 3);
  CHECK(config.download.retry_delay == std::chrono::seconds(5));
  CHECK(config.logging.level == LogLevel::info);
  CHECK(config.logging.file == "./logs/downloader.log");
  CHECK_FALSE(config.filters.by_date);
  CHECK(config.filters.start_date == Date{2024, 1, 1});
  CHECK(config.filters.max_mb == 1000);
}

TEST_CASE("the samples of chapter 17.1 and appendix A say what their comments say") {
  const Configuration basic = valid(sample("chapter17.yaml"));
  CHECK(basic.layers[0].matches_filename("data_20241114.csv"));
  CHECK(basic.layers[0].least_files() == 1);
  CHECK(basic.layers[0].display_name == "source");
  const Configuration simple = valid(sample("appendix_a1.yaml"));
  CHECK(simple.layers[0].matches_filename("x.csv"));
  CHECK(simple.layers[0].matches_filename("x.json"));
  CHECK_FALSE(simple.layers[0].matches_filename("x.csv.gz"));
  CHECK(simple.layers[1].matches_filename("deep/er/x.parquet"));
  const Configuration complex = valid(sample("appendix_a2.yaml"));
  REQUIRE(complex.layers.size() == 5);
  const LayerConfig& aggregated = complex.layers[3];
  CHECK(*aggregated.matched_index("daily/summary_20241114.parquet") == 0);
  CHECK(*aggregated.matched_index("weekly/summary_202411_W02.parquet") == 1);
  CHECK(*aggregated.matched_index("monthly/summary_202411.parquet") == 2);
  CHECK_FALSE(aggregated.matches_filename("summary_20241114.parquet"));
  CHECK(*complex.layers[4].matched_index("financial/financial_report_2024Q3.xlsx") == 3);
  CHECK(complex.layers[4].max_files == 200);
  CHECK(complex.download.local_base_dir == "/data/etl-downloads");
  CHECK(complex.filters.by_date);
  CHECK(complex.filters.end_date == Date{2024, 11, 14});
}

TEST_CASE("正常な設定ファイルの読み込み / a valid file has the defaults of the design") {
  const Configuration config = valid(smallest);
  CHECK(config.workflow.validate_before_run);
  CHECK(config.download.local_base_dir == "./downloads");
  CHECK(config.download.file_mode == 0600);
  CHECK(config.logging.console);
  CHECK(config.logging.format == "%(asctime)s - %(name)s - %(levelname)s - %(message)s");
}

TEST_CASE("必須項目の欠落検出 / what is missing is named with its place, all at once") {
  CHECK(problem("layers:\n  - name: a\n    s3_prefix: x/\n") ==
        "c.yaml:1:1: aws.region: must be given\n"
        "c.yaml:2:5: layers[0].file_patterns: must be given\n"
        "c.yaml:2:5: layers[0].s3_bucket: must be given");
  CHECK(problem("", Language::japanese) == "c.yaml:1:1: キーと値の組 (マップ) が必要です");
}

TEST_CASE(
    "不正なYAML形式の検出 / what is no YAML is told with its line, and an escape with its remedy") {
  CHECK(problem("aws: [").starts_with("c.yaml:1:"));
  const std::string escape = problem("a: 1\nfile_pattern: \"^\\d\"\n");
  CHECK(escape.starts_with("c.yaml:2:"));
  CHECK(escape.find("single quotes") != std::string::npos);
  CHECK(problem("a: &x 1\nb: *x\n").find("aliases") != std::string::npos);
}

TEST_CASE("正規表現パターンの妥当性検証 / patterns that cannot be are told, each at its place") {
  const std::string text = problem(
      "aws: {region: r}\nlayers:\n  - name: a\n    s3_bucket: bucket\n    s3_prefix: ''\n"
      "    file_patterns:\n      - '^a(?=b)'\n      - '^ok'\n      - '(a'\n      - '(a)\\1'\n");
  CHECK(text.find("c.yaml:7:9: layers[0].file_patterns[0]: this pattern cannot be used: at byte 3: "
                  "look-ahead is not supported") != std::string::npos);
  CHECK(text.find("c.yaml:9:9: layers[0].file_patterns[2]") != std::string::npos);
  CHECK(text.find("back-references are not supported") != std::string::npos);
}

TEST_CASE("unknown keys, wrong types and impossible ranges are told with what was expected") {
  CHECK(problem(with("downlod: {}\n")) ==
        "c.yaml:7:1: downlod: unknown key \"downlod\"; did you mean \"download\"?");
  CHECK(problem(with("download: {max_workers: '5'}\n")) ==
        "c.yaml:7:25: download.max_workers: expected a whole number from 1 to 1024, not \"5\"");
  CHECK(problem(with("download: {overwrite: yes}\n")) ==
        "c.yaml:7:23: download.overwrite: expected true or false, not yes");
  CHECK(problem(with("download: {max_workers: 0, file_mode: '9'}\n")).find("file_mode") !=
        std::string::npos);
  CHECK(problem(with("filters: {date_range: {start_date: '2024-02-30'}}\n")).find("date") !=
        std::string::npos);
  CHECK(problem(with("filters: {file_size: {min_mb: 5, max_mb: 1}}\n")).find("min_mb is above") !=
        std::string::npos);
  CHECK(problem(with("logging: {level: info}\n")).find("DEBUG, INFO, WARNING, ERROR") !=
        std::string::npos);
  CHECK(problem(with("logging: {format: '%(lineno)d'}\n")).find("%(lineno)s is none of") !=
        std::string::npos);
  CHECK(problem(with("aws: {region: x}\n")) == "c.yaml:7:1: aws: the key stands twice");
  CHECK(problem(with("download: {compress: lz4}\n")).find("none, gzip, zstd, not lz4") !=
        std::string::npos);
}

TEST_CASE("layers: names, buckets and counts that cannot be") {
  const auto layer = [](const std::string& text) {
    return problem("aws: {region: r}\nlayers:\n" + text);
  };
  const std::string rest = ", s3_bucket: bucket, s3_prefix: x, file_pattern: a}\n";
  CHECK(layer("  - {name: a" + rest + "  - {name: a" + rest) ==
        "c.yaml:4:12: layers[1].name: two layers have the name \"a\"");
  for (const char* name : {"'../x'", "'.'", "'a/b'", "' a'", "\"a\\0\""})
    CHECK(layer("  - {name: " + std::string(name) + rest).find("layers[0].name") !=
          std::string::npos);
  CHECK(layer("  - {name: a, s3_bucket: 'b/c', s3_prefix: x, file_pattern: a}\n")
            .find("layers[0].s3_bucket") != std::string::npos);
  CHECK(layer("  - {name: a, s3_bucket: bucket, s3_prefix: x, file_pattern: a, required: true, "
              "max_files: 0}\n")
            .find("min_files (1) is above max_files (0)") != std::string::npos);
  CHECK(layer("  []\n").find("layers: the list is empty") != std::string::npos);
}

TEST_CASE("values come from the environment, and never stand in a message") {
  const Environment environment(
      {{"REGION", "eu-west-1"}, {"HOOK", "ftp://hooks/T0PSECRET"}, {"N", "7"}});
  const Configuration config = valid(
      "aws: {region: '${REGION}'}\nlayers:\n  - {name: a, s3_bucket: bucket, s3_prefix: "
      "'$${x}/', file_pattern: a}\ndownload: {max_workers: '${N}'}\n",
      environment);
  CHECK(config.aws.region == "eu-west-1");
  CHECK(config.layers[0].s3_prefix == "${x}/");
  CHECK(config.download.max_workers == 7);
  const ParsedConfiguration wrong =
      parsed(with("notify: {webhook: {url: '${HOOK}'}}\n"), environment);
  const std::string text = describe("c.yaml", wrong.problems);
  CHECK(text.find("notify.webhook.url") != std::string::npos);
  CHECK(text.find("T0PSECRET") == std::string::npos);
  CHECK(problem(with("notify: {webhook: {url: '${NOT_THERE}'}}\n")).find("NOT_THERE is not set") !=
        std::string::npos);
}

TEST_CASE("notices: a template must become JSON, and know its names") {
  const auto problem_with = [](const std::string& text) {
    return problem(with("notify: {webhook: {url: 'https://h/x', template: '" + text + "'}}\n"));
  };
  CHECK(problem_with("{\"text\": \"{status}\"}").empty());
  CHECK(problem_with("{statsu}").find("unknown placeholder {statsu}") != std::string::npos);
  CHECK(problem_with("{\"a\": {status}}").find("within a JSON string") != std::string::npos);
  CHECK(problem_with("{").find("no JSON") != std::string::npos);
}

TEST_CASE("notices by mail: STARTTLS unless said otherwise, the port that goes with it") {
  const Configuration config =
      valid(with("notify: {email: {host: mail.example, user: u, password: p, from: a@example.com, "
                 "to: [b@example.com, 'C <c@example.com>']}}\n"));
  const EmailConfig& email = *config.notify.email;
  CHECK(email.security == EmailConfig::Security::starttls);
  CHECK(email.port == 587);
  CHECK(email.to.size() == 2);
  CHECK(email.when == NotifyWhen::always);
  const Configuration tls = valid(
      with("notify: {email: {host: m, security: tls, from: a@b.c, to: a@b.c, when: failure}}\n"));
  CHECK(tls.notify.email->port == 465);
  CHECK(tls.notify.email->to == std::vector<std::string>{"a@b.c"});
}

TEST_CASE("notices by mail: everything that is wrong is told at its key") {
  const std::string text = problem(
      with("notify: {email: {security: none, user: u, password: 'S3CRET', from: nobody, to: "
           "[a@b.c, '@']}}\n"));
  for (const char* key :
       {"notify.email.host", "notify.email.security", "notify.email.from", "notify.email.to[1]"})
    CHECK_MESSAGE(text.find(key) != std::string::npos, key << "\n" << text);
  CHECK(text.find("S3CRET") == std::string::npos);
}

TEST_CASE("flags go before the file") {
  Configuration config = valid(smallest);
  apply({.workflow_name = "w",
         .output = "/out",
         .execution_timeout = std::chrono::seconds(7),
         .log_level = LogLevel::debug,
         .max_workers = 9,
         .overwrite = true,
         .no_execute = true,
         .skip_validation = true},
        config);
  CHECK(config.workflow.name == "w");
  CHECK(config.download.local_base_dir == "/out");
  CHECK(config.workflow.execution_timeout == std::chrono::seconds(7));
  CHECK(config.download.max_workers == 9);
  CHECK(config.download.overwrite);
  CHECK_FALSE(config.workflow.execute);
  CHECK_FALSE(config.workflow.validate_before_run);
}

TEST_CASE("a file that is not there is E001, one that is wrong E002") {
  test::TemporaryDirectory directory;
  const auto load = [&directory](const std::string& text) -> std::optional<ErrorId> {
    const auto path = directory.path() / "c.yaml";
    if (!text.empty()) std::ofstream(path) << text;
    std::optional<ErrorId> id;
    test::run([&path, &id](Runtime& runtime) -> Task<> {
      try {
        co_await ConfigManager::load(runtime, path, Environment(), Language::japanese);
      } catch (const GlueWorkflowDownloaderError& error) {
        id = error.id();
      }
    });
    return id;
  };
  CHECK(load("") == ErrorId::configuration_file);
  CHECK(load("a: [") == ErrorId::configuration_file);
  CHECK(load("a: 1\n") == ErrorId::configuration);
  CHECK_FALSE(load(smallest).has_value());
}

TEST_CASE("explain names the pattern that matches in each layer") {
  const Configuration config = valid(sample("appendix_a1.yaml"));
  CHECK(explain(config, "a.json", Language::english) ==
        "a.json [input]: pattern 2: .*\\.json$\na.json [output]: no match");
}

}  // namespace sluice::glue
