#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sluice/async/errors.hpp"
#include "sluice/smtp/client.hpp"
#include "smtp/smtp_server.hpp"
#include "support/certificates.hpp"
#include "support/run.hpp"

namespace sluice::test {

struct MailOutcome {
  std::optional<smtp::Delivery> delivery;
  std::optional<Error> error;
  std::vector<std::string> lines;
  std::vector<SeenMail> mails;
  std::size_t connections = 0;

  bool said(std::string_view line) const {
    return std::find(lines.begin(), lines.end(), line) != lines.end();
  }
};

struct MailTask {
  SmtpRules rules = {};
  smtp::ClientOptions options = {.host = "127.0.0.1",
                                 .port = 0,
                                 .security = smtp::Security::none,
                                 .user = {},
                                 .password = {},
                                 .client = "client.test",
                                 .tls = {}};
  smtp::Envelope envelope = {.from = "sluice@example.com", .to = {"ops@example.com"}};
  std::string message = "Subject: x\r\n\r\nbody\r\n";
  std::optional<Duration> time = {};  ///< Until the operation's deadline.
  Logger log = {};

  /// Speaks TLS with certificates of the authority, which the client trusts.
  void use_tls(const Authority& authority, smtp::Security security) {
    rules.certificate = authority.server.certificate;
    rules.key = authority.server.key;
    rules.tls_at_once = security == smtp::Security::tls;
    options.security = security;
    options.tls.ca_file = authority.root.certificate;
  }
  void log_in() {
    options.user = rules.user;
    options.password = Secret(rules.password);
  }
};

inline MailOutcome send_mail(MailTask task) {
  MailOutcome outcome;
  run([&](Runtime& runtime) -> Task<> {
    SmtpServer server(runtime, task.rules);
    task.options.port = server.port();
    smtp::Client client(runtime, task.options);
    OpContext context;
    context.log = task.log;
    if (task.time) context.deadline = std::chrono::steady_clock::now() + *task.time;
    try {
      outcome.delivery = co_await client.send(context, task.envelope, task.message);
    } catch (...) {
      outcome.error = error_from(std::current_exception());
    }
    co_await server.stop();
    outcome.lines = server.lines();
    outcome.mails = server.mails();
    outcome.connections = server.connections();
  });
  return outcome;
}

}  // namespace sluice::test
