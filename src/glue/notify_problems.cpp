#include <fmt/format.h>

#include "glue/notify_messages.hpp"
#include "sluice/core/error.hpp"
#include "sluice/glue/notify.hpp"
#include "sluice/net/endpoint.hpp"
#include "sluice/smtp/client.hpp"
#include "sluice/smtp/mailbox.hpp"

namespace sluice::glue {
namespace {

class Problems {
 public:
  explicit Problems(Language language) : language_(language) {}

  template <class... Args>
  void add(std::string key, const Message<Args...>& message,
           const std::type_identity_t<Args>&... args) {
    found_.push_back({std::move(key), say(language_, message, args...)});
  }
  void check_address(std::string key, const std::string& text) {
    try {
      smtp::parse_mailbox(text);
    } catch (const Error& error) {
      add(std::move(key), notify_messages::bad_address, error.message());
    }
  }
  std::vector<NotifyProblem> take() { return std::move(found_); }

 private:
  Language language_;
  std::vector<NotifyProblem> found_;
};

}  // namespace

std::vector<NotifyProblem> problems_of(const WebhookConfig& webhook, Language language) {
  Problems problems(language);
  if (webhook.url.empty()) {
    problems.add("url", notify_messages::no_url);
  } else {
    try {
      net::parse_url(webhook.url.reveal());
    } catch (const Error& error) {
      problems.add("url", notify_messages::bad_url, error.message());  // it does not repeat the URL
    }
  }
  std::vector<NotifyProblem> found = problems.take();
  if (webhook.template_text.empty()) return found;
  std::string problem = problem_of_template(webhook.template_text, language);
  if (!problem.empty()) found.push_back({"template", std::move(problem)});
  return found;
}

std::vector<NotifyProblem> problems_of(const EmailConfig& email, Language language) {
  Problems problems(language);
  if (email.host.empty()) problems.add("host", notify_messages::no_host);
  if (email.port == 0) problems.add("port", notify_messages::no_port);
  const bool in_clear = email.security == EmailConfig::Security::none;
  if (!email.user.empty() && in_clear && !smtp::is_loopback(email.host))
    problems.add("security", notify_messages::password_in_clear);
  if (email.user.empty() && !email.password.empty())
    problems.add("user", notify_messages::password_without_user);
  problems.check_address("from", email.from);
  if (email.to.empty()) problems.add("to", notify_messages::no_recipient);
  for (std::size_t i = 0; i < email.to.size(); ++i)
    problems.check_address(fmt::format("to[{}]", i), email.to[i]);
  return problems.take();
}

}  // namespace sluice::glue
