#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

#include "glue/notice_text.hpp"
#include "glue/notify_senders.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/core/redaction.hpp"

namespace sluice::glue {
namespace {

constexpr std::size_t most_errors = 3;       // Slack folds long messages
constexpr std::size_t longest_answer = 300;  // what the log is told of it

/// Slack's own three signs (its "Escaping text"): "<!channel>" in a file's name calls nobody.
std::string without_markup(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c == '&') {
      plain += "&amp;";
    } else if (c == '<') {
      plain += "&lt;";
    } else if (c == '>') {
      plain += "&gt;";
    } else {
      plain += c;
    }
  }
  return plain;
}

ErrorCode code_of(int status) {
  if (status == 401) return ErrorCode::unauthenticated;
  if (status == 403) return ErrorCode::permission_denied;
  if (status == 404 || status == 410) return ErrorCode::not_found;
  if (status == 429) return ErrorCode::throttled;
  if (status >= 500 || status == 408) return ErrorCode::unavailable;
  return ErrorCode::invalid_input;
}

/// Retry-After in seconds (RFC 9110 section 10.2.3); dates are passed over.
std::optional<Duration> wait_of(const net::HttpResponse& response) {
  const std::string_view text = response.header("Retry-After");
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

/// The beginning of a body.
Task<std::string> read_words(net::HttpResponse& response) {
  std::string words;
  std::array<std::byte, longest_answer> buffer;
  while (words.size() < longest_answer) {
    const std::size_t length = co_await response.read(buffer);
    if (length == 0) break;
    words += as_text(Bytes(buffer).first(length));
  }
  co_return words;
}

/// One webhook: the URL's path and query are the secret, its host is not.
class Webhook {
 public:
  Webhook(Sending sending, net::HttpClient* http, net::Url url, std::string body)
      : sending_(sending), http_(http), url_(std::move(url)), body_(std::move(body)) {}

  Task<> post(OpContext context) {
    const SteadyTime now = sending_.runtime->clock().steady();
    const SteadyTime until =
        now + std::chrono::duration_cast<SteadyTime::duration>(sending_.options->webhook_try);
    net::HttpRequest request;
    request.endpoint = url_.endpoint;
    request.method = "POST";
    request.target = url_.target;
    request.headers.add("Content-Type", "application/json; charset=utf-8");
    request.body = as_bytes(body_);
    net::HttpResponse response = co_await http_->send(context.shortened_to(until), request);
    if (response.status() / 100 == 2) co_return;
    const std::string words = co_await read_words(response);
    throw refusal(response, words);
  }

 private:
  /// The server may quote what only it and we know, and an error goes into logs.
  Error refusal(const net::HttpResponse& response, const std::string& words) const {
    const std::string_view secret = std::string_view(url_.target).substr(1);
    const int status = response.status();
    Error error(code_of(status), "POST", url_.endpoint.authority(),
                gives_away(words, secret) ? "the server's words are not shown: they quote the URL"
                                          : one_line(words, longest_answer));
    error.with_status(status);
    const std::optional<Duration> wait = wait_of(response);
    if (wait) error.with_retry_after(*wait);
    return error;
  }

  Sending sending_;
  net::HttpClient* http_;
  net::Url url_;
  std::string body_;
};

std::string reason_of(const Error& error) {
  if (error.status() == 0) return one_line(error.message(), longest_answer);
  return fmt::format("HTTP {}{}{}", error.status(), error.message().empty() ? "" : ": ",
                     error.message());
}

std::string body_of(const WebhookConfig& webhook, const Notice& notice, Language language) {
  return webhook.template_text.empty() ? slack_body(notice, language)
                                       : fill_template(webhook.template_text, notice);
}

Task<> try_to_post(Sending sending, OpContext context, Webhook* webhook) {
  Retrier retrier(*sending.runtime, notice_retries);
  // A notice that comes twice is better than none.
  co_await retrier.run(context, Safety::idempotent, [=] { return webhook->post(context); });
}

}  // namespace

std::string slack_body(const Notice& notice, Language language) {
  std::string text;
  for (const std::string& line : notice_lines(notice, language, most_errors)) {
    if (!text.empty()) text += '\n';
    text += without_markup(line);
  }
  codec::JsonWriter writer;
  writer.begin_object().key("text").value(text).end_object();
  return writer.take();
}

Task<> tell_webhook(Sending sending, OpContext context, net::HttpClient* http) {
  const WebhookConfig& config = *sending.config->webhook;
  const GlueLog& log = *sending.log;
  net::Url url;
  std::optional<Error> failure;
  try {
    url = net::parse_url(config.url.reveal());
    Webhook webhook(sending, http, url, body_of(config, *sending.notice, log.language()));
    co_await with_deadline(sending.backstop, "the notice", try_to_post(sending, context, &webhook));
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  const std::string host = url.endpoint.host.empty() ? "webhook" : url.endpoint.authority();
  if (failure) {
    log.warning(Component::main, notify_messages::not_sent, host, reason_of(*failure));
  } else {
    log.info(Component::main, notify_messages::sent, host);
  }
}

}  // namespace sluice::glue
