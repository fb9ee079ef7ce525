#include "sluice/smtp/client.hpp"

#include <doctest/doctest.h>

#include "smtp/mail_fixture.hpp"

using namespace sluice;
using namespace sluice::test;
using smtp::Security;
using Lines = std::vector<std::string>;

namespace {

void check_sent(const MailOutcome& outcome) {
  if (outcome.error) FAIL(outcome.error->what());
  CHECK(outcome.delivery->accepted == 1);
  CHECK(outcome.delivery->refused.empty());
  REQUIRE(outcome.mails.size() == 1);
  CHECK(outcome.mails[0].from == "sluice@example.com");
  CHECK(outcome.mails[0].to == Lines{"ops@example.com"});
  CHECK(outcome.mails[0].data == "Subject: x\r\n\r\nbody\r\n");
}

void check_failed(const MailOutcome& outcome, ErrorCode code, std::string_view words) {
  REQUIRE(outcome.error);
  INFO(outcome.error->what());
  CHECK(outcome.error->code() == code);
  CHECK(std::string_view(outcome.error->what()).find(words) != std::string_view::npos);
  CHECK(outcome.mails.empty());
}

}  // namespace

TEST_CASE("Mail in the clear: every step, in order") {
  const MailOutcome outcome = send_mail({});
  check_sent(outcome);
  CHECK(outcome.lines == Lines{"EHLO client.test", "MAIL FROM:<sluice@example.com> SIZE=20",
                               "RCPT TO:<ops@example.com>", "DATA", "QUIT"});
}

TEST_CASE("Mail: lines that begin with a dot arrive as they were") {
  MailTask task;
  task.message = "Subject: x\r\n\r\n.\r\n..a\r\n.b.\r\n";
  const MailOutcome outcome = send_mail(task);
  REQUIRE(outcome.mails.size() == 1);
  CHECK(outcome.mails[0].data == task.message);
}

TEST_CASE("Mail: a server without EHLO is greeted by HELO, without a size") {
  MailTask task;
  task.rules.answers["EHLO"] = "502 what?\r\n";
  const MailOutcome outcome = send_mail(task);
  check_sent(outcome);
  CHECK(outcome.lines[1] == "HELO client.test");
  CHECK(outcome.said("MAIL FROM:<sluice@example.com>"));
}

TEST_CASE("Mail over STARTTLS: nothing but EHLO goes in the clear") {
  const Authority authority;
  MailTask task;
  task.use_tls(authority, Security::starttls);
  task.log_in();
  const MailOutcome outcome = send_mail(task);
  check_sent(outcome);
  REQUIRE(outcome.lines.size() > 3);
  CHECK(outcome.lines[0] == "EHLO client.test");
  CHECK(outcome.lines[1] == "STARTTLS");
  CHECK(outcome.lines[2] == "tls: EHLO client.test");
  for (std::size_t i = 2; i < outcome.lines.size(); ++i)
    CHECK(outcome.lines[i].starts_with("tls: "));
}

TEST_CASE("Mail over TLS from the first byte") {
  const Authority authority;
  MailTask task;
  task.use_tls(authority, Security::tls);
  task.log_in();
  const MailOutcome outcome = send_mail(task);
  check_sent(outcome);
  CHECK(outcome.lines[0] == "tls: EHLO client.test");
}

TEST_CASE("Mail: PLAIN is preferred, LOGIN is used where there is no PLAIN, nothing else") {
  MailTask task;
  task.log_in();
  CHECK(send_mail(task).lines[1].starts_with("AUTH PLAIN "));
  task.rules.offers = {"AUTH XOAUTH2 LOGIN"};
  const MailOutcome login = send_mail(task);
  check_sent(login);
  CHECK(login.lines[1] == "AUTH LOGIN");
  task.rules.offers = {"AUTH XOAUTH2"};
  check_failed(send_mail(task), ErrorCode::unsupported, "neither PLAIN nor LOGIN");
}

TEST_CASE("Mail: a server that asks for PLAIN's proof once more gets it") {
  MailTask task;
  task.log_in();
  task.rules.answers["AUTH"] = "334 \r\n";
  const MailOutcome outcome = send_mail(task);
  REQUIRE(outcome.lines.size() > 2);
  CHECK("AUTH PLAIN " + outcome.lines[2] == outcome.lines[1]);
}

TEST_CASE("Mail: a server that offers no STARTTLS gets neither mail nor password") {
  MailTask task;
  task.options.security = Security::starttls;
  task.log_in();
  const MailOutcome outcome = send_mail(task);
  check_failed(outcome, ErrorCode::unsupported, "STARTTLS");
  CHECK(outcome.lines == Lines{"EHLO client.test", "QUIT"});
}

TEST_CASE("Mail: what follows the answer to STARTTLS in the clear is an attack") {
  const Authority authority;
  MailTask task;
  task.use_tls(authority, Security::starttls);
  task.rules.answers["STARTTLS"] = "220 go ahead\r\n250-injected\r\n250 AUTH PLAIN\r\n";
  const MailOutcome outcome = send_mail(task);
  check_failed(outcome, ErrorCode::protocol, "before TLS");
  CHECK_FALSE(outcome.error->retryable());
}

TEST_CASE("Mail: a server whose certificate is not trusted gets nothing") {
  const Authority authority, other;
  for (const Security security : {Security::starttls, Security::tls}) {
    MailTask task;
    task.use_tls(authority, security);
    task.options.tls.ca_file = other.root.certificate;
    task.log_in();
    const MailOutcome outcome = send_mail(task);
    check_failed(outcome, ErrorCode::network, "certificate");
    CHECK_FALSE(outcome.error->retryable());
    CHECK(outcome.lines.size() == (security == Security::starttls ? 2 : 0));
  }
}

TEST_CASE("Mail: a password goes in the clear to this machine only") {
  const smtp::ClientOptions base{.host = "mail.example.com",
                                 .port = 25,
                                 .security = Security::none,
                                 .user = "alice",
                                 .password = Secret("x"),
                                 .client = "c",
                                 .tls = {}};
  CHECK(smtp::problem_of(base) != "");
  for (const char* host :
       {"localhost", "LOCALHOST", "mail.localhost", "127.0.0.1", "127.1.2.3", "::1"}) {
    CAPTURE(host);
    smtp::ClientOptions options = base;
    options.host = host;
    CHECK(smtp::problem_of(options) == "");
  }
  for (const char* host : {"127.example.com", "128.0.0.1", "::2", "localhost.example.com", ""}) {
    CAPTURE(host);
    smtp::ClientOptions options = base;
    options.host = host;
    CHECK(smtp::problem_of(options) != "");
  }
  smtp::ClientOptions options = base;
  options.security = Security::starttls;
  CHECK(smtp::problem_of(options) == "");
  MailTask task;
  task.options = base;
  check_failed(send_mail(task), ErrorCode::config, "TLS");
}

TEST_CASE("Mail to several: whom the server refuses is told, the others get it") {
  MailTask task;
  task.envelope.to = {"a@example.com", "b@example.com", "c@example.com"};
  task.rules.answers["RCPT <a@example.com>"] = "550 5.1.1 no such user\r\n";
  task.rules.answers["RCPT <c@example.com>"] = "450-4.2.1 full\r\n450 later\r\n";
  const MailOutcome outcome = send_mail(task);
  REQUIRE(outcome.delivery);
  CHECK(outcome.delivery->accepted == 1);
  REQUIRE(outcome.mails.size() == 1);
  CHECK(outcome.mails[0].to == Lines{"b@example.com"});
  REQUIRE(outcome.delivery->refused.size() == 2);
  const smtp::Refusal& first = outcome.delivery->refused[0];
  CHECK(first.recipient == "a@example.com");
  CHECK(first.error.server_code() == "550");
  CHECK(first.error.message() == "5.1.1 no such user");
  CHECK_FALSE(first.error.retryable());
  CHECK(outcome.delivery->refused[1].error.message() == "4.2.1 full later");
  CHECK(outcome.delivery->refused[1].error.retryable());
}

TEST_CASE("Mail to several: nothing is sent if all are refused") {
  MailTask task;
  task.rules.answers["RCPT"] = "550 no\r\n";
  const MailOutcome outcome = send_mail(task);
  REQUIRE(outcome.delivery);
  CHECK(outcome.delivery->accepted == 0);
  CHECK_FALSE(outcome.said("DATA"));
  CHECK(outcome.said("QUIT"));
}

TEST_CASE("Mail: a message over the server's limit is not begun") {
  MailTask task;
  task.rules.offers = {"SIZE 10"};
  const MailOutcome outcome = send_mail(task);
  check_failed(outcome, ErrorCode::unsupported, "10 bytes");
  CHECK(outcome.lines == Lines{"EHLO client.test", "QUIT"});
}

TEST_CASE("Mail: addresses that would be more than one command are refused before a connection") {
  MailTask task;
  task.envelope.to = {"a@example.com>\r\nRCPT TO:<b@example.com"};
  check_failed(send_mail(task), ErrorCode::invalid_input, "RCPT TO");
  task = {};
  task.envelope.from = "a@example.com\r\nX";
  check_failed(send_mail(task), ErrorCode::invalid_input, "MAIL FROM");
  task = {};
  task.envelope.to.clear();
  const MailOutcome outcome = send_mail(task);
  check_failed(outcome, ErrorCode::invalid_input, "nobody");
  CHECK(outcome.connections == 0);
}
