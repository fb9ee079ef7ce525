#include <doctest/doctest.h>

#include "glue/notice_fixture.hpp"
#include "sluice/async/deadline.hpp"
#include "support/fake_http.hpp"

using namespace sluice;
using namespace sluice::glue;
using namespace sluice::test;
using namespace std::chrono_literals;

namespace {

const std::string path = "/services/T0123ABCD/B0123ABCD/s3cr3tT0k3n?key=alsoSecret";

NotifyConfig webhook(NotifyWhen when = NotifyWhen::always, std::string text = {}) {
  return {.webhook = WebhookConfig{.url = Secret("https://hooks.slack.com" + path),
                                   .template_text = std::move(text),
                                   .when = when},
          .email = std::nullopt};
}

void check_secret_kept(const Told& told) {
  CHECK(told.log->all.find("s3cr3t") == std::string::npos);
  CHECK(told.log->all.find("alsoSecret") == std::string::npos);
  CHECK(told.log->all.find("T0123ABCD") == std::string::npos);
}

bool holds(const std::vector<std::string>& messages, std::string_view words) {
  return std::any_of(messages.begin(), messages.end(), [&](const std::string& message) {
    return message.find(words) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("Webhook: one POST of JSON to the URL, and a line in the log that names the host") {
  FakeHttp http;
  http.then({.status = 200, .body = "ok"});
  Told told;
  told.tell(http, webhook(), success_notice());
  REQUIRE(http.seen().size() == 1);
  const SeenRequest& request = http.seen()[0];
  CHECK(request.method == "POST");
  CHECK(request.endpoint == net::Endpoint{.tls = true, .host = "hooks.slack.com", .port = 443});
  CHECK(request.target == path);
  CHECK(request.header("Content-Type") == "application/json; charset=utf-8");
  CHECK(request.body == slack_body(success_notice(), Language::english));
  CHECK(told.warnings().empty());
  CHECK(holds(told.log->of(LogLevel::info), "hooks.slack.com"));
  check_secret_kept(told);
}

TEST_CASE("Webhook: the user's template, in place of Slack's form") {
  FakeHttp http;
  http.then({});
  Told().tell(http, webhook(NotifyWhen::always, R"({"state":"{status}","files":{total_files}})"),
              success_notice());
  REQUIRE(http.seen().size() == 1);
  CHECK(http.seen()[0].body == R"({"state":"success","files":48})");
}

TEST_CASE("Webhook: nothing is sent if nothing is asked for, or not of this end") {
  FakeHttp http;
  Told told;
  told.tell(http, NotifyConfig{}, success_notice());
  told.tell(http, webhook(NotifyWhen::failure), success_notice());
  told.tell(http, webhook(NotifyWhen::success), failure_notice());
  CHECK(http.seen().empty());
  CHECK(told.log->records.empty());
}

TEST_CASE("Webhook: a refusal for good is one try and a warning with the answer") {
  FakeHttp http;
  http.then({.status = 404, .body = "no_service\r\n"});
  Told told;
  told.language = Language::japanese;
  told.tell(http, webhook(), success_notice());
  CHECK(http.seen().size() == 1);
  CHECK(told.warnings() ==
        std::vector<std::string>{
            "通知を送信できませんでした: hooks.slack.com - HTTP 404: no_service"});
  check_secret_kept(told);
}

TEST_CASE("Webhook: 3xx and 400 are no success either") {
  for (const int status : {301, 302, 400, 401, 403, 410}) {
    CAPTURE(status);
    FakeHttp http;
    http.then({.status = status, .headers = {{"Location", "https://evil.example.com/"}}});
    Told told;
    told.tell(http, webhook(), success_notice());
    CHECK(http.seen().size() == 1);
    CHECK(holds(told.warnings(), "HTTP " + std::to_string(status)));
  }
}

TEST_CASE("Webhook: what may pass is tried three times") {
  for (const FakeAnswer& answer :
       {FakeAnswer{.status = 503, .body = "busy"}, FakeAnswer{.status = 429},
        FakeAnswer{.status = 408},
        FakeAnswer{.failure = Error(ErrorCode::network, "connecting", "x", "refused")}}) {
    FakeHttp http([&](const SeenRequest&) { return answer; });
    Told told;
    told.tell(http, webhook(), success_notice());
    CHECK(http.seen().size() == 3);
    CHECK(told.warnings().size() == 1);
    check_secret_kept(told);
  }
}

TEST_CASE("Webhook: a later try that succeeds is a success") {
  FakeHttp http;
  http.then({.status = 500})
      .then({.status = 429, .headers = {{"Retry-After", "0"}}})
      .then({.status = 204});
  Told told;
  told.tell(http, webhook(), success_notice());
  CHECK(http.seen().size() == 3);
  CHECK(told.warnings().empty());
}

TEST_CASE("Webhook: a wait that the server asks for and that is too long ends the tries") {
  FakeHttp http;
  http.then({.status = 429, .headers = {{"Retry-After", "60"}}});
  Told told;
  told.tell(http, webhook(), success_notice());
  CHECK(http.seen().size() == 1);
  CHECK(holds(told.warnings(), "HTTP 429"));
}

TEST_CASE("Webhook: a server that quotes the URL does not get its words into the log") {
  for (const std::string& words :
       {"no hook at " + path, std::string("token s3cr3tT0k3n is unknown"),
        std::string("what is key=alsoSe...")}) {
    FakeHttp http([&](const SeenRequest&) { return FakeAnswer{.status = 500, .body = words}; });
    Told told;
    told.tell(http, webhook(), success_notice());
    CHECK(holds(told.warnings(), "HTTP 500"));
    check_secret_kept(told);
  }
}

TEST_CASE("Webhook: an endless answer is read to a limit and shown on one line") {
  FakeHttp http;
  http.then({.status = 400, .body = std::string(10 << 20, 'x') + "\nforged"});
  Told told;
  told.tell(http, webhook(), success_notice());
  REQUIRE(told.warnings().size() == 1);
  CHECK(told.warnings()[0].size() < 500);
}

TEST_CASE("Webhook: a URL that is none is a warning that does not repeat it") {
  NotifyConfig config = webhook();
  config.webhook->url = Secret("htps:/hooks.slack.com" + path);
  FakeHttp http;
  Told told;
  told.tell(http, config, success_notice());
  CHECK(http.seen().empty());
  CHECK(told.warnings().size() == 1);
  check_secret_kept(told);
}

TEST_CASE("Webhook: a server that hangs ends with the time for notices") {
  FakeHttp http([](const SeenRequest&) { return FakeAnswer{.delay = 1h}; });
  Told told;
  told.options.time = 100ms;
  const auto begin = std::chrono::steady_clock::now();
  told.tell(http, webhook(), success_notice());
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  CHECK(told.warnings().size() == 1);
}

TEST_CASE("Webhook: cancelled, it ends at once") {
  FakeHttp http([](const SeenRequest&) { return FakeAnswer{.delay = 1h}; });
  Told told;
  const auto begin = std::chrono::steady_clock::now();
  const NotifyConfig config = webhook();
  const Notice notice = success_notice();
  std::optional<Error> ended;
  run([&](Runtime& runtime) -> Task<> {
    try {
      co_await with_deadline(begin + 100ms, "the test",
                             told.tell_on(runtime, http, config, notice));
    } catch (const Error& error) {
      ended = error;
    }
  });
  REQUIRE(ended);
  CHECK(ended->operation() == "the test");
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("Webhook settings: what cannot be used, without the secret") {
  WebhookConfig config;
  CHECK(problems_of(config, Language::english).at(0).key == "url");
  for (const char* url : {"hooks.slack.com/x", "ftp://hooks.slack.com/s3cr3t",
                          "https://user:s3cr3t@hooks.slack.com/"}) {
    config.url = Secret(url);
    const auto problems = problems_of(config, Language::english);
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].message.find("s3cr3t") == std::string::npos);
  }
  config.url = Secret("https://hooks.slack.com/services/x");
  CHECK(problems_of(config, Language::english).empty());
  config.template_text = "{";
  CHECK(problems_of(config, Language::japanese).at(0).key == "template");
}
