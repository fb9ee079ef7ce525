#include <doctest/doctest.h>

#include "glue/notice_fixture.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/core/error.hpp"

using namespace sluice;
using namespace sluice::glue;
using namespace sluice::test;

TEST_CASE("Templates: every placeholder has its value") {
  const Notice notice = [] {
    Notice made = failure_notice();
    made.total_files = 48;
    made.successful = 40;
    made.failed = 5;
    made.skipped = 3;
    return made;
  }();
  CHECK(
      fill_template(R"({"a":"{status}/{workflow}/{run_id}/{report}/{host}"})", notice) ==
      R"({"a":"failed/etl-data-pipeline-workflow/wr_abc123/./downloads/report_20241114_103045.txt/batch-01"})");
  CHECK(fill_template(R"("{error}")", notice) == R"("★ Workflow実行失敗: etl - 失敗ジョブ 1件")");
  CHECK(fill_template(
            R"([{total_files},{successful} , {failed},{skipped},{size_mb},{duration},{exit_code}])",
            notice) == "[48,40 , 5,3,0.0,870,10]");
  CHECK(fill_template(
            R"("{total_files}/{successful}/{failed}/{skipped}/{size_mb}/{duration}/{exit_code}")",
            notice) == R"("48/40/5/3/0.0/870/10")");
  CHECK(fill_template(R"("{error}|{run_id}|{report}|{host}")", Notice{}) == R"("|||")");
}

TEST_CASE("Templates: values are escaped, so that none can be anything but text") {
  Notice notice = failure_notice();
  notice.workflow = "a\"b\\c{status}";
  notice.errors = {"line\nline\x01\"}, \"evil\": {\"", "x"};
  const std::string text = fill_template(R"({"w": "{workflow}", "e": "{error}"})", notice);
  const codec::JsonValue body = codec::parse_json(text, "body");
  CHECK(body["w"].as_string() == "a\"b\\c{status}");
  CHECK(body["e"].as_string() == "line line \"}, \"evil\": {\"");
  CHECK(body.as_object()->size() == 2);
}

TEST_CASE("Templates: JSON's own braces need no care") {
  const std::string text =
      R"({"blocks":[{"type":"section","text":{"type":"mrkdwn","text":"{ } {} {a b} {{status}} {1.5}"}},{}]})";
  CHECK(problem_of_template(text) == "");
  const codec::JsonValue body = codec::parse_json(fill_template(text, success_notice()), "body");
  const codec::JsonValue& block = body["blocks"].as_array()->front();
  CHECK(block["text"]["text"].as_string() == "{ } {} {a b} {success} {1.5}");
}

TEST_CASE("Templates: a literal placeholder is written with JSON's own escape") {
  const std::string text = R"(["\u007bstatus}", "\"{status}\\", "{host}"])";
  const codec::JsonValue body = codec::parse_json(fill_template(text, success_notice()), "body");
  CHECK((*body.as_array())[0].as_string() == "{status}");
  CHECK((*body.as_array())[1].as_string() == "\"success\\");
  CHECK((*body.as_array())[2].as_string() == "batch-01");
}

TEST_CASE("Templates: what is wrong is found before the first run") {
  CHECK(problem_of_template(R"({"text": "{stauts}"})").find("{stauts}") != std::string::npos);
  CHECK(problem_of_template(R"({"text": "{stauts}"})").find("{status} {workflow}") !=
        std::string::npos);
  CHECK(problem_of_template(R"({"text": "{Status}"})") != "");
  CHECK(problem_of_template(R"({"text": {status}})").find("string") != std::string::npos);
  CHECK(problem_of_template(R"({"n": -{failed}})").find("value of its own") != std::string::npos);
  CHECK(problem_of_template(R"([{failed}{failed}])") != "");
  CHECK(problem_of_template(R"({"text": "{status}")").find("JSON") != std::string::npos);
  CHECK(problem_of_template("text") != "");
  CHECK(problem_of_template("") != "");
  CHECK(problem_of_template(R"({"text": "unterminated {status})") != "");
  CHECK(problem_of_template(R"({"text": "{stauts}"})", Language::japanese).find("未知") !=
        std::string::npos);
  CHECK_THROWS_AS(fill_template("{", success_notice()), Error);
}

TEST_CASE("Templates: one without a problem makes JSON of any notice") {
  SeededRandom seeds;
  const std::uint64_t seed = seeds.next();
  INFO("seed ", seed);
  SeededRandom random(seed);
  const std::vector<std::string> pieces = {
      "{",         "}",           "[",         "]",        "\"",
      ",",         ":",           "{status}",  "{failed}", "{error}",
      "\\",        "\\\"",        "1",         "-",        " ",
      "\"a\":",    "\"{error}\"", "{size_mb}", "\\u007b",  "{\"a\":{duration}}",
      "[{failed}]"};
  Notice notice = failure_notice();
  notice.errors = {"\"\\\b\xFF }]{status}"};
  int usable = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::uint64_t i = random.next() % 6; i > 0; --i)
      text += pieces[random.next() % pieces.size()];
    if (problem_of_template(text) != "") continue;
    ++usable;
    notice.failed = random.next();
    notice.total_bytes = random.next();
    CAPTURE(text);
    CHECK_NOTHROW(codec::parse_json(fill_template(text, notice), "filled"));
  }
  CHECK(usable > 100);
}
