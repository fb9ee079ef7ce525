#include "sluice/glue/notify.hpp"

#include <doctest/doctest.h>

#include "glue/recorded_log.hpp"
#include "sluice/codec/json.hpp"
#include "support/fake_http.hpp"
#include "support/run.hpp"

namespace sluice::glue {
namespace {

using test::FakeHttp;

struct World {
  Configuration config;
  RunOutcome outcome;
  NotifyConfig notify_config;
  FakeHttp http;
  test::RecordedLog log;

  World() {
    notify_config.webhook.emplace();
    notify_config.webhook->url = Secret("https://hooks.example/T0PSECRET");
    outcome.report.workflow_name = "etl \"x\"";
    outcome.report.output_directory = "./out";
    outcome.report.configuration = &config;
    outcome.report.download.emplace();
    outcome.report.download->successful = 3;
    outcome.report_files = {"report_1.txt"};
  }

  void send() {
    test::run([this](Runtime& runtime) -> Task<> { return run(*this, runtime); });
  }
  static Task<> run(World& world, Runtime& runtime) {
    co_await notify(runtime, runtime.context(), world.http, world.notify_config, world.outcome,
                    GlueLog(world.log.logger(), Language::japanese));
  }
};

}  // namespace

TEST_CASE("a webhook gets Slack's form, in the run's language") {
  World world;
  world.http.then({.status = 200, .body = "ok"});
  world.send();
  const test::SeenRequest& seen = world.http.seen().at(0);
  CHECK(seen.method == "POST");
  CHECK(seen.endpoint.host == "hooks.example");
  CHECK(seen.target == "/T0PSECRET");
  const codec::JsonValue body = codec::parse_json(seen.body, "body");
  CHECK(body["text"].as_string()->starts_with("成功: Glue Workflow etl \"x\""));
}

TEST_CASE("a template is filled in, its values escaped") {
  World world;
  world.outcome.failure = ErrorId::workflow_failed;
  world.outcome.exit_code = 10;
  world.outcome.report.errors = {"line\n\"two\""};
  world.notify_config.webhook->template_text =
      R"({"s":"{{status}}","w":"{{workflow}}","e":"{{error}}","n":{{successful}},"c":{{exit_code}},"r":"{{report}}"})";
  world.http.then({.status = 204});
  world.send();
  const codec::JsonValue body = codec::parse_json(world.http.seen().at(0).body, "body");
  CHECK(*body["s"].as_string() == "failure");
  CHECK(*body["w"].as_string() == "etl \"x\"");
  CHECK(*body["e"].as_string() == "line\n\"two\"");
  CHECK(*body["n"].as_int() == 3);
  CHECK(*body["c"].as_int() == 10);
  CHECK(*body["r"].as_string() == "out/report_1.txt");
}

TEST_CASE("a notice is sent when it is wanted") {
  World world;
  world.notify_config.webhook->when = NotifyWhen::failure;
  world.send();
  CHECK(world.http.seen().empty());
  world.outcome.failure = ErrorId::download;
  world.http.then({.status = 200});
  world.send();
  CHECK(world.http.seen().size() == 1);
}

TEST_CASE("a notice that is refused is a warning that hides the URL") {
  World world;
  world.http.then({.status = 404, .body = "no such hook"});
  world.send();
  CHECK(world.log.has("warn 通知を送信できませんでした: hooks.example - HTTP 404"));
  for (const std::string& line : world.log.lines)
    CHECK(line.find("T0PSECRET") == std::string::npos);
}

}  // namespace sluice::glue
