#include "sluice/smtp/client.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "sluice/async/errors.hpp"
#include "sluice/smtp/message.hpp"
#include "smtp/session.hpp"

namespace sluice::smtp {
namespace {

net::TlsOptions without_protocol(net::TlsOptions options) {
  options.application_protocol.clear();
  return options;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

bool is_loopback(std::string_view host) {
  const std::string name = lower_case(host);
  if (name == "localhost" || name == "::1" || name.ends_with(".localhost")) return true;
  // Only an address in digits: "127.example.com" is anybody's.
  return name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string::npos;
}

std::string problem_of(const ClientOptions& options) {
  if (options.host.empty()) return "no mail server is given";
  if (options.port == 0) return "port 0 is none";
  if (!options.user.empty() && options.security == Security::none && !is_loopback(options.host))
    return "a password goes over TLS only (starttls or tls), unless the server is on this machine";
  if (options.user.empty() && !options.password.empty()) return "a password without a user";
  return "";
}

Client::Client(Runtime& runtime, ClientOptions options)
    : runtime_(runtime),
      options_(std::move(options)),
      streams_(runtime, without_protocol(options_.tls)) {}

Task<Delivery> Client::send(OpContext context, Envelope envelope, std::string message) {
  const std::string problem = problem_of(options_);
  if (!problem.empty())
    throw Error(ErrorCode::config, "sending mail", subject_of(options_), problem);
  if (envelope.to.empty())
    throw Error(ErrorCode::invalid_input, "sending mail", subject_of(options_), "to nobody");
  const std::string data = data_block(message);
  Session session(runtime_, streams_, options_, std::move(context));
  Delivery delivery;
  std::optional<Error> failure;
  try {
    co_await session.open();
    delivery = co_await session.deliver(envelope, data, message.size());
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (session.in_step()) co_await session.leave();
  if (failure) throw *failure;
  co_return delivery;
}

}  // namespace sluice::smtp
