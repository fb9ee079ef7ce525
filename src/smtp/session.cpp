#include "smtp/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/codec/base64.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/smtp/commands.hpp"
#include "smtp/refusal.hpp"

namespace sluice::smtp {
namespace {

constexpr auto farewell_time = std::chrono::seconds(2);
constexpr int service_ready = 220, start_mail_input = 354, challenge = 334;

/// Whether a server does not know EHLO (RFC 5321 section 3.2).
bool is_old(const Reply& reply) {
  return reply.code == 500 || reply.code == 502 || reply.code == 504;
}

/// In all the forms that go over the wire.
std::vector<Secret> secrets_of(const ClientOptions& options) {
  if (options.user.empty()) return {};
  const std::string& password = options.password.reveal();
  const Secret proof = plain_proof(options.user, options.password);
  return {options.password, Secret(codec::to_base64(as_bytes(password))),
          Secret(codec::to_base64(as_bytes(proof.reveal())))};
}

}  // namespace

std::string subject_of(const ClientOptions& options) {
  const bool ipv6 = options.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", options.security == Security::tls ? "smtps" : "smtp",
                     ipv6 ? "[" : "", options.host, ipv6 ? "]" : "", options.port);
}

Session::Session(Runtime& runtime, net::StreamConnector& streams, const ClientOptions& options,
                 OpContext context)
    : runtime_(runtime),
      streams_(streams),
      options_(options),
      context_(std::move(context)),
      subject_(subject_of(options)),
      secrets_(secrets_of(options)) {}

// --- one exchange -----------------------------------------------------------------------------

template <class T>
Task<T> Session::bounded(std::string step, Duration limit, Task<T> operation) {
  const SteadyTime own =
      runtime_.clock().steady() + std::chrono::duration_cast<SteadyTime::duration>(limit);
  const SteadyTime until = std::min(own, context_.deadline);
  std::optional<Error> failure;
  try {
    co_return co_await with_deadline(until, step, std::move(operation));
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure->code() == ErrorCode::timeout && failure->operation() == step) {
    const double seconds = std::chrono::duration<double>(limit).count();
    throw Error(ErrorCode::timeout, step, subject_,
                until == own ? fmt::format("no answer within {} s", seconds)
                             : "the operation's deadline passed");
  }
  // What reads bytes does not know whose they are.
  if (failure->subject().empty())
    failure = Error(failure->code(), failure->operation(), subject_, failure->message());
  throw failure->within(step);
}

Task<Reply> Session::ask(std::string step, Secret command) {
  in_step_ = false;
  Reply reply = co_await bounded(step, options_.reply_timeout, talk(std::move(command)));
  in_step_ = true;
  context_.log.debug("SMTP answer", {{"server", subject_}, {"step", step}, {"code", reply.code}});
  co_return reply;
}

Task<Reply> Session::ask(std::string step, std::string command) {
  co_return co_await ask(std::move(step), Secret(std::move(command)));
}

Task<Reply> Session::talk(Secret command) {
  if (!command.empty()) co_await stream_->write(as_bytes(command.reveal()));
  co_return co_await receive();
}

Task<Reply> Session::receive() {
  std::array<std::byte, 4096> buffer;
  for (;;) {
    std::optional<Reply> reply = reader_.take();
    if (reply) co_return std::move(*reply);
    const std::size_t length = co_await stream_->read(buffer);
    reader_.feed(as_text(Bytes(buffer).first(length)));
  }
}

Error Session::refused(std::string step, const Reply& reply) const {
  return refusal(std::move(step), subject_, reply, secrets_);
}

// --- opening ----------------------------------------------------------------------------------

net::Endpoint Session::endpoint(bool tls) const {
  return {.tls = tls, .host = options_.host, .port = options_.port};
}

Task<> Session::open() {
  co_await connect();
  co_await greet();
  co_await hello();
  if (options_.security == Security::starttls) co_await start_tls();
  if (!options_.user.empty()) co_await authenticate();
}

Task<> Session::connect() {
  const SteadyTime own = runtime_.clock().steady() +
                         std::chrono::duration_cast<SteadyTime::duration>(options_.connect_timeout);
  const SteadyTime until = std::min(own, context_.deadline);
  auto opening = streams_.connect(endpoint(options_.security == Security::tls), subject_, until);
  stream_ = co_await bounded("connecting", options_.connect_timeout, std::move(opening));
}

Task<> Session::greet() {
  const Reply reply = co_await ask("greeting", std::string());
  if (reply.code != service_ready) throw refused("greeting", reply);
}

Task<> Session::hello() {
  server_ = {};
  const Reply reply = co_await ask("EHLO", ehlo_line(options_.client));
  if (reply.completed()) {
    server_ = parse_capabilities(reply);
    co_return;
  }
  if (!is_old(reply)) throw refused("EHLO", reply);
  const Reply old = co_await ask("HELO", helo_line(options_.client));
  if (!old.completed()) throw refused("HELO", old);
}

Task<> Session::start_tls() {
  if (!server_.starttls)
    throw Error(ErrorCode::unsupported, "STARTTLS", subject_, "the server does not offer it");
  const Reply reply = co_await ask("STARTTLS", std::string("STARTTLS\r\n"));
  if (reply.code != service_ready) throw refused("STARTTLS", reply);
  in_step_ = false;
  // Whoever stands between could have put it there, to be taken for the server's word under TLS.
  if (!reader_.empty())
    throw Error(ErrorCode::protocol, "STARTTLS", subject_, "more than the answer came before TLS");
  auto securing = streams_.secure(std::move(stream_), endpoint(true));
  stream_ = co_await bounded("STARTTLS", options_.connect_timeout, std::move(securing));
  // What was offered in the clear counts no more (RFC 3207 section 4.2).
  co_await hello();
}

// --- proof ------------------------------------------------------------------------------------

Task<> Session::authenticate() {
  if (server_.offers("PLAIN")) {
    co_await log_in_plain();
  } else if (server_.offers("LOGIN")) {
    co_await log_in_by_login();
  } else {
    throw Error(ErrorCode::unsupported, "AUTH", subject_,
                "the server offers neither PLAIN nor LOGIN");
  }
}

Task<> Session::log_in_plain() {
  const Secret proof = plain_proof(options_.user, options_.password);
  Reply reply = co_await ask("AUTH PLAIN", auth_plain_line(proof));
  // A server may pass over what came with the command and ask for it.
  if (reply.code == challenge) reply = co_await ask("AUTH PLAIN", auth_answer_line(proof));
  if (!reply.completed()) throw refused("AUTH PLAIN", reply);
}

Task<> Session::log_in_by_login() {
  Reply reply = co_await ask("AUTH LOGIN", std::string("AUTH LOGIN\r\n"));
  if (reply.code != challenge) throw refused("AUTH LOGIN", reply);
  // The challenges are words for people: the user comes first, always.
  reply = co_await ask("AUTH LOGIN", auth_answer_line(Secret(options_.user)));
  if (reply.code != challenge) throw refused("AUTH LOGIN", reply);
  reply = co_await ask("AUTH LOGIN", auth_answer_line(options_.password));
  if (!reply.completed()) throw refused("AUTH LOGIN", reply);
}

// --- the mail ---------------------------------------------------------------------------------

Task<> Session::announce(const std::string& from, std::size_t bytes) {
  if (server_.most_bytes && bytes > *server_.most_bytes)
    throw Error(ErrorCode::unsupported, "MAIL FROM", subject_,
                fmt::format("the server takes mails of {} bytes at most", *server_.most_bytes));
  std::optional<std::uint64_t> size;
  if (server_.size) size = bytes;
  const Reply reply = co_await ask("MAIL FROM", mail_from_line(from, size));
  if (!reply.completed()) throw refused("MAIL FROM", reply);
}

Task<Delivery> Session::name_recipients(const std::vector<std::string>& to) {
  Delivery delivery;
  for (const std::string& recipient : to) {
    const std::string step = "RCPT TO <" + recipient + ">";
    const Reply reply = co_await ask(step, rcpt_to_line(recipient));
    constexpr int closing = 421;
    if (reply.code == closing) throw refused(step, reply);
    if (reply.completed()) {
      ++delivery.accepted;
    } else {
      delivery.refused.push_back({recipient, refused(step, reply)});
    }
  }
  co_return delivery;
}

Task<Delivery> Session::deliver(const Envelope& envelope, const std::string& data,
                                std::size_t bytes) {
  co_await announce(envelope.from, bytes);
  Delivery delivery = co_await name_recipients(envelope.to);
  if (delivery.accepted == 0) co_return delivery;
  const Reply ready = co_await ask("DATA", std::string("DATA\r\n"));
  if (ready.code != start_mail_input) throw refused("DATA", ready);
  const Reply taken = co_await ask("sending the mail", data);
  if (!taken.completed()) throw refused("sending the mail", taken);
  co_return delivery;
}

Task<> Session::leave() {
  std::optional<Error> failure;
  try {
    co_await bounded("QUIT", farewell_time, talk(Secret("QUIT\r\n")));
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  // All that matters has been said.
  if (failure) context_.log.debug("SMTP farewell failed", {{"error", failure->what()}});
}

}  // namespace sluice::smtp
