#include <fmt/format.h>

#include <optional>
#include <utility>

#include "glue/notice_text.hpp"
#include "glue/notify_senders.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/core/redaction.hpp"
#include "sluice/smtp/client.hpp"
#include "sluice/smtp/commands.hpp"
#include "sluice/smtp/message.hpp"

namespace sluice::glue {
namespace {

constexpr std::size_t most_errors = 20;
constexpr std::size_t longest_reason = 500;

smtp::Security security_of(EmailConfig::Security security) {
  switch (security) {
    case EmailConfig::Security::starttls:
      return smtp::Security::starttls;
    case EmailConfig::Security::tls:
      return smtp::Security::tls;
    case EmailConfig::Security::none:
      break;
  }
  return smtp::Security::none;
}

std::string text_of(const Notice& notice, Language language) {
  std::string text;
  for (const std::string& line : notice_lines(notice, language, most_errors))
    text += line + "\n";
  return text;
}

smtp::Message message_of(const EmailConfig& email, const Sending& sending) {
  const Notice& notice = *sending.notice;
  const Language language = sending.log->language();
  smtp::Message message;
  message.from = smtp::parse_mailbox(email.from);
  for (const std::string& recipient : email.to)
    message.to.push_back(smtp::parse_mailbox(recipient));
  message.subject = headline(notice, language);
  message.body = text_of(notice, language);
  message.date = sending.runtime->clock().now();
  message.id = sending.runtime->random().uuid() + "@" + smtp::client_name(notice.host);
  // RFC 3834: nobody's absence is answered to a program.
  message.fields = {{"Auto-Submitted", "auto-generated"}};
  return message;
}

std::string reason_of(const Error& error) {
  const std::string what =
      error.server_code().empty()
          ? fmt::format("{}: {}", error.operation(), error.message())
          : fmt::format("{}: {} {}", error.operation(), error.server_code(), error.message());
  return one_line(what, longest_reason);
}

smtp::ClientOptions client_options(const EmailConfig& email, const Notice& notice,
                                   const NotifyOptions& options) {
  smtp::ClientOptions client;
  client.host = email.host;
  client.port = email.port;
  client.security = security_of(email.security);
  client.user = email.user;
  client.password = email.password;
  client.client = smtp::client_name(notice.host);
  client.tls = options.tls;
  return client;
}

/// One mail, and who is still to get it.
class Mail {
 public:
  Mail(Sending sending, const EmailConfig& email)
      : sending_(sending),
        email_(email),
        client_(*sending.runtime, client_options(email, *sending.notice, *sending.options)) {
    const smtp::Message message = message_of(email, sending);
    text_ = smtp::format_message(message);
    envelope_.from = message.from.address;
    for (const smtp::Mailbox& recipient : message.to)
      envelope_.to.push_back(recipient.address);
  }

  /// Throws the refusal of a recipient who may be tried again: the next try is for those alone.
  Task<> send(OpContext context) {
    const smtp::Delivery delivery = co_await client_.send(std::move(context), envelope_, text_);
    accepted_ += delivery.accepted;
    std::vector<std::string> later;
    std::optional<Error> failure;
    for (const smtp::Refusal& refusal : delivery.refused) {
      if (!refusal.error.retryable()) {
        warn(refusal.recipient, refusal.error);
        continue;
      }
      later.push_back(refusal.recipient);
      if (!failure) failure = refusal.error;
    }
    envelope_.to = std::move(later);
    if (failure) throw *failure;
  }

  std::size_t accepted() const { return accepted_; }

 private:
  void warn(const std::string& recipient, const Error& error) const {
    sending_.log->warning(Component::main, notify_messages::recipient_refused, email_.host,
                          recipient, reason_of(error));
  }

  Sending sending_;
  const EmailConfig& email_;
  smtp::Client client_;
  smtp::Envelope envelope_;
  std::string text_;
  std::size_t accepted_ = 0;
};

Task<> try_to_send(Sending sending, OpContext context, Mail* mail) {
  Retrier retrier(*sending.runtime, notice_retries);
  // A second copy has the same Message-ID.
  co_await retrier.run(context, Safety::idempotent, [=] { return mail->send(context); });
}

}  // namespace

Task<> tell_by_email(Sending sending, OpContext context) {
  const EmailConfig& config = *sending.config->email;
  const GlueLog& log = *sending.log;
  std::optional<Mail> mail;
  std::optional<Error> failure;
  try {
    mail.emplace(sending, config);
    co_await with_deadline(sending.backstop, "the notice", try_to_send(sending, context, &*mail));
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure)
    log.warning(Component::main, notify_messages::not_sent, config.host, reason_of(*failure));
  if (mail && mail->accepted() > 0) log.info(Component::main, notify_messages::sent, config.host);
}

}  // namespace sluice::glue
