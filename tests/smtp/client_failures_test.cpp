#include <doctest/doctest.h>

#include "sluice/async/deadline.hpp"
#include "sluice/codec/base64.hpp"
#include "smtp/mail_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using namespace std::chrono_literals;
using smtp::Security;

namespace {

/// A step of the server's, and what the client calls it.
struct Step {
  std::string server, client;
  bool over_tls = false;
};

const std::vector<Step> steps = {
    {"greeting", "greeting"},        {"EHLO", "EHLO"},      {"STARTTLS", "STARTTLS", true},
    {"AUTH", "AUTH PLAIN"},          {"MAIL", "MAIL FROM"}, {"DATA", "DATA"},
    {"MESSAGE", "sending the mail"},
};

MailTask task_for(const Step& step, const Authority& authority) {
  MailTask task;
  if (step.over_tls) task.use_tls(authority, Security::starttls);
  task.log_in();
  return task;
}

template <class Change>
void at_each_step(Change change, ErrorCode code, bool retryable) {
  const Authority authority;
  for (const Step& step : steps) {
    CAPTURE(step.server);
    MailTask task = task_for(step, authority);
    change(task, step.server);
    const MailOutcome outcome = send_mail(task);
    REQUIRE(outcome.error);
    INFO(outcome.error->what());
    CHECK(outcome.error->code() == code);
    CHECK(outcome.error->retryable() == retryable);
    CHECK(std::string_view(outcome.error->what()).find(step.client) != std::string_view::npos);
    CHECK(outcome.error->subject().starts_with("smtp://127.0.0.1:"));
    CHECK(outcome.mails.empty());
  }
}

/// Remembers all that is logged.
class Memory final : public LogSink {
 public:
  void write(const LogRecord& record) override {
    text += record.message;
    for (const LogField& field : record.fields) {
      if (const auto* words = std::get_if<std::string_view>(&field.value.get())) text += *words;
      text += ' ';
    }
  }
  std::string text;
};

}  // namespace

TEST_CASE("Mail fails at each step: a refusal for now may be tried again") {
  at_each_step([](MailTask& task,
                  const std::string& step) { task.rules.answers[step] = "421 4.3.2 not now\r\n"; },
               ErrorCode::unavailable, true);
}

TEST_CASE("Mail fails at each step: a refusal for good") {
  at_each_step([](MailTask& task,
                  const std::string& step) { task.rules.answers[step] = "554 5.7.1 never\r\n"; },
               ErrorCode::permission_denied, false);
}

TEST_CASE("Mail fails at each step: the server hangs up") {
  at_each_step([](MailTask& task, const std::string& step) { task.rules.answers[step] = ""; },
               ErrorCode::network, true);
}

TEST_CASE("Mail fails at each step: the server talks nonsense") {
  at_each_step([](MailTask& task,
                  const std::string& step) { task.rules.answers[step] = "HTTP/1.1 200 OK\r\n"; },
               ErrorCode::protocol, false);
}

TEST_CASE("Mail fails at each step: a good answer at the wrong moment") {
  at_each_step(
      [](MailTask& task, const std::string& step) {
        // Code 354 is right after DATA only, 334 after AUTH only.
        task.rules.answers[step] = step == "DATA" ? "250 fine\r\n" : "354 go on\r\n";
      },
      ErrorCode::protocol, false);
}

TEST_CASE("Mail fails at each step: silence ends by the answer's timeout") {
  at_each_step(
      [](MailTask& task, const std::string& step) {
        task.rules.silent = {step};
        task.options.reply_timeout = 50ms;
      },
      ErrorCode::timeout, true);
}

TEST_CASE("Mail fails at each step: silence ends by the operation's deadline") {
  at_each_step(
      [](MailTask& task, const std::string& step) {
        task.rules.silent = {step};
        task.time = 300ms;
      },
      ErrorCode::timeout, true);
}

TEST_CASE("Mail: a farewell that fails is no failure, a silent one holds nobody up for long") {
  MailTask task;
  task.rules.answers["QUIT"] = "";
  CHECK(send_mail(task).delivery);
  task.rules.answers.clear();
  task.rules.silent = {"QUIT"};
  const auto begin = std::chrono::steady_clock::now();
  CHECK(send_mail(task).delivery);
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

TEST_CASE("Mail: a server that is not there is a network error that names it") {
  std::optional<Error> error = error_of([](Runtime& runtime) -> Task<> {
    std::uint16_t port = 0;
    {
      SmtpServer gone(runtime, {});
      port = gone.port();
      co_await gone.stop();
    }
    smtp::Client client(runtime,
                        {.host = "127.0.0.1", .port = port, .user = {}, .password = {}, .tls = {}});
    co_await client.send(OpContext{}, {.from = "a@b", .to = {"c@d"}}, "x\r\n");
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::network);
  CHECK(error->subject().starts_with("smtp://127.0.0.1:"));
}

TEST_CASE("Mail: cancelled at each step, it stops at once") {
  for (const char* step : {"greeting", "EHLO", "MAIL", "RCPT", "DATA", "MESSAGE"}) {
    CAPTURE(step);
    MailTask task;
    task.rules.silent = {step};
    const auto begin = std::chrono::steady_clock::now();
    const auto error = error_of([&](Runtime& runtime) -> Task<> {
      SmtpServer server(runtime, task.rules);
      task.options.port = server.port();
      smtp::Client client(runtime, task.options);
      std::optional<Error> failed;
      try {
        co_await with_deadline(begin + 100ms, "the test",
                               [](smtp::Client* of, MailTask with) -> Task<> {
                                 co_await of->send(OpContext{}, with.envelope, with.message);
                               }(&client, task));
      } catch (const Error& thrown) {
        failed = thrown;
      }
      co_await server.stop();
      REQUIRE(failed);
      CHECK(failed->operation() == "the test");
    });
    CHECK_FALSE(error);
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
  }
}

TEST_CASE("Mail: a wrong password is told with the server's words") {
  MailTask task;
  task.log_in();
  task.rules.password = "another";
  const MailOutcome outcome = send_mail(task);
  REQUIRE(outcome.error);
  CHECK(outcome.error->code() == ErrorCode::unauthenticated);
  CHECK(outcome.error->server_code() == "535");
  CHECK(outcome.error->message() == "5.7.8 not you");
}

TEST_CASE("Mail: the password is neither in errors nor in logs, whatever the server repeats") {
  const std::string password = "hunter2 hunter3 hunter4";
  const std::string proof = codec::to_base64(as_bytes(std::string("\0alice\0", 7) + password));
  const std::string encoded = codec::to_base64(as_bytes(password));
  for (const std::string& words :
       {"500 no such command: AUTH PLAIN " + proof, "535 " + password,
        "535 bad: " + encoded.substr(4, 12), std::string("535-hunter2 hun\r\n535 ter3")}) {
    CAPTURE(words);
    for (const char* step : {"AUTH", "MAIL"}) {
      const auto sink = std::make_shared<Memory>();
      MailTask task;
      task.rules.password = password;
      task.log_in();
      task.log = Logger(sink, std::make_shared<SystemClock>(), LogLevel::debug);
      task.rules.answers[step] = words + "\r\n";
      const MailOutcome outcome = send_mail(task);
      REQUIRE(outcome.error);
      const std::string what = outcome.error->what();
      for (const std::string& shown : {what, sink->text}) {
        CHECK(shown.find(proof.substr(0, 16)) == std::string::npos);
        CHECK(shown.find(encoded.substr(4, 12)) == std::string::npos);
        CHECK(shown.find("hunter") == std::string::npos);
      }
      CHECK(what.find(words.substr(0, 3)) != std::string::npos);
      CHECK(sink->text.find("AUTH PLAIN") != std::string::npos);
    }
  }
}
