#include <doctest/doctest.h>

#include "glue/notice_fixture.hpp"
#include "smtp/mail_reader.hpp"
#include "smtp/smtp_server.hpp"
#include "support/certificates.hpp"
#include "support/fake_http.hpp"

using namespace sluice;
using namespace sluice::glue;
using namespace sluice::test;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

namespace {

EmailConfig email() {
  return {.host = "127.0.0.1",
          .port = 0,
          .security = EmailConfig::Security::none,
          .user = {},
          .password = {},
          .from = "Sluice <sluice@example.com>",
          .to = {"ops@example.com"},
          .when = NotifyWhen::always};
}

struct Post {
  Lines lines;
  std::vector<SeenMail> mails;
  std::size_t connections = 0;
};

Post post(Told& told, SmtpRules rules, EmailConfig config, const Notice& notice) {
  Post seen;
  run(
      [&](Runtime& runtime) -> Task<> {
        SmtpServer server(runtime, rules);
        if (config.port == 0) config.port = server.port();
        FakeHttp http;
        const NotifyConfig wanted{.webhook = std::nullopt, .email = config};
        co_await told.tell_on(runtime, http, wanted, notice);
        co_await server.stop();
        seen = {server.lines(), server.mails(), server.connections()};
      },
      told.world());
  return seen;
}

bool holds(const Lines& messages, std::string_view words) {
  return std::any_of(messages.begin(), messages.end(), [&](const std::string& message) {
    return message.find(words) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("Mail: the notice in Japanese, as its receiver reads it") {
  Told told;
  told.language = Language::japanese;
  EmailConfig config = email();
  config.to = {"運用 <ops@example.com>", "data@example.com"};
  const Post seen = post(told, {}, config, failure_notice());
  CHECK(told.warnings().empty());
  CHECK(holds(told.log->of(LogLevel::info), "127.0.0.1"));
  REQUIRE(seen.mails.size() == 1);
  CHECK(seen.mails[0].from == "sluice@example.com");
  CHECK(seen.mails[0].to == Lines{"ops@example.com", "data@example.com"});
  CHECK(seen.lines[0] == "EHLO batch-01");
  const ReadMail mail = read_mail(seen.mails[0].data);
  CHECK(mail.header("Subject") == "[失敗] Glueワークフロー: etl-data-pipeline-workflow");
  CHECK(mail.header("From") == "\"Sluice\" <sluice@example.com>");
  CHECK(mail.header("To") == "運用 <ops@example.com>, data@example.com");
  CHECK(mail.header("Auto-Submitted") == "auto-generated");
  CHECK(mail.header("Message-ID").ends_with("@batch-01>"));
  CHECK(mail.body ==
        "[失敗] Glueワークフロー: etl-data-pipeline-workflow\r\n"
        "Run ID: wr_abc123\r\n"
        "実行時間: 870 秒 (14分30秒)\r\n"
        "終了コード: 10\r\n"
        "エラー: ★ Workflow実行失敗: etl - 失敗ジョブ 1件\r\n"
        "エラー: second <!channel> & more\r\n"
        "エラー: third\r\n"
        "エラー: fourth\r\n"
        "エラー: fifth\r\n"
        "レポート: ./downloads/report_20241114_103045.txt\r\n"
        "ホスト: batch-01\r\n");
}

TEST_CASE("Mail: a workflow's name cannot add a header") {
  Told told;
  Notice notice = success_notice();
  notice.workflow = "etl\r\nBcc: all@example.com\r\n\r\nbody";
  const Post seen = post(told, {}, email(), notice);
  REQUIRE(seen.mails.size() == 1);
  CHECK(read_mail(seen.mails[0].data).header("Subject") ==
        "[SUCCESS] Glue workflow: etl Bcc: all@example.com body");
}

TEST_CASE("Mail: over STARTTLS with a password, which no log holds") {
  const Authority authority;
  SmtpRules rules;
  rules.certificate = authority.server.certificate;
  rules.key = authority.server.key;
  EmailConfig config = email();
  config.security = EmailConfig::Security::starttls;
  config.user = rules.user;
  config.password = Secret(rules.password);
  Told told;
  told.options.tls.ca_file = authority.root.certificate;
  const Post seen = post(told, rules, config, success_notice());
  CHECK(seen.mails.size() == 1);
  CHECK(told.warnings().empty());
  CHECK(told.log->all.find("hunter2") == std::string::npos);
  // And with one that is wrong.
  config.password = Secret("wrong-password");
  const Post refused = post(told, rules, config, success_notice());
  CHECK(refused.mails.empty());
  CHECK(refused.connections == 1);
  CHECK(holds(told.warnings(), "127.0.0.1 - AUTH PLAIN: 535 5.7.8 not you"));
  CHECK(told.log->all.find("wrong-password") == std::string::npos);
}

TEST_CASE("Mail: a server that refuses for now is asked three times, then it is a warning") {
  Told told;
  SmtpRules rules;
  rules.answers["MAIL"] = "451 4.3.0 try later\r\n";
  const Post seen = post(told, rules, email(), success_notice());
  CHECK(seen.connections == 3);
  CHECK(told.warnings() ==
        Lines{"The notice could not be sent: 127.0.0.1 - MAIL FROM: 451 4.3.0 try later"});
}

TEST_CASE("Mail: recipients who are refused are warnings, the others get the notice once") {
  Told told;
  SmtpRules rules;
  rules.answers["RCPT <gone@example.com>"] = "550 5.1.1 no such user\r\n";
  rules.answers["RCPT <busy@example.com>"] = "450 4.2.1 busy\r\n";
  EmailConfig config = email();
  config.to = {"gone@example.com", "ops@example.com", "busy@example.com"};
  const Post seen = post(told, rules, config, success_notice());
  REQUIRE(seen.mails.size() == 1);
  CHECK(seen.mails[0].to == Lines{"ops@example.com"});
  CHECK(seen.connections == 3);
  CHECK(std::count(seen.lines.begin(), seen.lines.end(), "RCPT TO:<ops@example.com>") == 1);
  CHECK(std::count(seen.lines.begin(), seen.lines.end(), "RCPT TO:<gone@example.com>") == 1);
  CHECK(std::count(seen.lines.begin(), seen.lines.end(), "RCPT TO:<busy@example.com>") == 3);
  CHECK(told.warnings().size() == 2);
  CHECK(holds(told.warnings(), "gone@example.com"));
  CHECK(holds(told.warnings(), "450 4.2.1 busy"));
  CHECK(told.log->of(LogLevel::info).size() == 1);
}

TEST_CASE("Mail: a server that is silent or gone is a warning within the time for notices") {
  Told told;
  told.options.time = 200ms;
  SmtpRules rules;
  rules.silent = {"EHLO"};
  const auto begin = std::chrono::steady_clock::now();
  post(told, rules, email(), success_notice());
  EmailConfig gone = email();
  gone.port = 1;
  post(told, {}, gone, success_notice());
  CHECK(std::chrono::steady_clock::now() - begin < 5s);
  CHECK(told.warnings().size() == 2);
  CHECK(holds(told.warnings(), "EHLO"));
}

TEST_CASE("Mail: settings that cannot be used are a warning, too") {
  Told told;
  EmailConfig config = email();
  config.to = {"no address"};
  CHECK(post(told, {}, config, success_notice()).connections == 0);
  CHECK(holds(told.warnings(), "local@domain"));
}

TEST_CASE("Webhook and mail are told at once, each for itself") {
  Told told;
  FakeHttp http([](const SeenRequest&) { return FakeAnswer{.status = 500}; });
  Post seen;
  run(
      [&](Runtime& runtime) -> Task<> {
        SmtpServer server(runtime, {});
        NotifyConfig config{.webhook = WebhookConfig{.url = Secret("https://hooks.example.com/x"),
                                                     .template_text = {},
                                                     .when = NotifyWhen::always},
                            .email = email()};
        config.email->port = server.port();
        const Notice notice = success_notice();
        co_await told.tell_on(runtime, http, config, notice);
        co_await server.stop();
        seen.mails = server.mails();
      },
      told.world());
  CHECK(http.seen().size() == 3);
  CHECK(seen.mails.size() == 1);
  CHECK(told.warnings().size() == 1);
}

TEST_CASE("Mail settings: all that cannot be used") {
  EmailConfig good = email();
  good.port = 25;
  CHECK(problems_of(good, Language::english).empty());
  EmailConfig bad;
  bad.port = 0;
  bad.password = Secret("hunter2");
  bad.from = "x";
  Lines keys;
  for (const NotifyProblem& problem : problems_of(bad, Language::english)) {
    keys.push_back(problem.key);
    CHECK(problem.message.find("hunter2") == std::string::npos);
  }
  CHECK(keys == Lines{"host", "port", "user", "from", "to"});
  bad = good;
  bad.host = "mail.example.com";
  bad.user = "alice";
  bad.to.push_back("x");
  const auto problems = problems_of(bad, Language::japanese);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].key == "security");
  CHECK(problems[0].message.find("TLS") != std::string::npos);
  CHECK(problems[1].key == "to[1]");
}
