#include "sluice/ftp/connection.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "ftp/in_time.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/ftp/commands.hpp"

namespace sluice::ftp {
namespace {

constexpr auto farewell_time = std::chrono::seconds(2);
constexpr std::uint16_t default_port = 21, default_tls_port = 990;

}  // namespace

net::Endpoint ConnectionOptions::endpoint(bool with_tls) const {
  const std::uint16_t usual = security == Security::implicit_tls ? default_tls_port : default_port;
  return {.tls = with_tls, .host = host, .port = port == 0 ? usual : port};
}

Connection::Connection(Runtime& runtime, std::shared_ptr<net::Dialler> dialler,
                       std::shared_ptr<const ConnectionOptions> options,
                       std::shared_ptr<ServerTraits> traits)
    : runtime_(runtime),
      dialler_(std::move(dialler)),
      options_(std::move(options)),
      traits_(std::move(traits)),
      secrets_{options_->password},
      sessions_(net::make_tls_sessions()) {}

// --- one exchange -------------------------------------------------------------------------------

Error Connection::refused(std::string step, const Reply& reply) const {
  return refusal(std::move(step), options_->subject, reply, secrets_);
}

/// What a refusal of a data connection comes to whose TLS took up no session.
Error Connection::refused_session(Error told) {
  std::string words = told.message() +
                      ": its TLS did not take up the session of the control connection, which the "
                      "server may want; ";
  const bool way_out = options_->tls.tls13;
  words += way_out ? "TLS 1.2 is used from now on"
                   : "it can be told not to (vsftpd: require_ssl_reuse=NO, proftpd: TLSOptions "
                     "NoSessionReuseRequired)";
  if (way_out) traits_->without_tls13 = true;
  const bool may_try = way_out || told.retryable();
  return Error(may_try ? ErrorCode::unavailable : ErrorCode::unsupported, told.operation(),
               told.subject(), std::move(words))
      .with_server(told.server_code(), "")
      .with_retryable(may_try);
}

Task<> Connection::send(std::string line) {
  // What came unasked: the server is closing, or says twice that a transfer is over.
  while (const auto stray = reader_.take()) {
    if (stray->code == code::closing) throw refused("sending a command", *stray);
  }
  in_step_ = false;
  co_await in_time("sending a command", options_->idle_timeout, stream_->write(as_bytes(line)));
}

Task<Reply> Connection::receive(Duration limit) {
  const Reply reply = co_await in_time("waiting for an answer", limit, read_reply());
  last_used_ = runtime_.clock().steady();
  // It says so at any moment, and closes.
  if (reply.code == code::closing) throw refused("waiting for an answer", reply);
  co_return reply;
}

Task<Reply> Connection::read_reply() {
  std::array<std::byte, 4096> buffer;
  for (;;) {
    std::optional<Reply> reply = reader_.take();
    if (reply) co_return std::move(*reply);
    const std::size_t length = co_await stream_->read(buffer);
    reader_.feed(as_text(Bytes(buffer).first(length)));
  }
}

Task<Reply> Connection::final_reply(Duration limit) {
  for (;;) {
    Reply reply = co_await receive(limit);
    if (!reply.preliminary()) co_return reply;
  }
}

Task<Reply> Connection::ask(std::string verb, std::string argument) {
  std::string line = command_line(verb, argument);
  co_await send(std::move(line));
  Reply reply = co_await final_reply(options_->idle_timeout);
  // A transfer's end may be told twice.
  if (reply.code == code::transfer_complete) reply = co_await final_reply(options_->idle_timeout);
  // Between RNFR and RNTO, proftpd answers nothing else any more.
  in_step_ = !reply.wants_more();
  co_return reply;
}

Task<Reply> Connection::expect(std::string verb, std::string argument, std::string subject) {
  const std::string step = verb;
  Reply reply = co_await ask(std::move(verb), std::move(argument));
  if (!reply.completed()) throw refusal(step, std::move(subject), reply, secrets_);
  co_return reply;
}

bool Connection::ready() {
  const bool outdated = traits_->without_tls13 && options_->tls.tls13;
  if (outdated) return false;
  return in_step_ && reader_.empty() && !stream_->readable();
}

Task<> Connection::quit() {
  std::optional<Error> failure;
  if (!ready()) co_return;
  try {
    co_await send(command_line("QUIT"));
    co_await final_reply(farewell_time);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  // All that matters has been said.
  if (failure) runtime_.log().debug("FTP farewell failed", {{"error", failure->what()}});
}

// --- the data connection ------------------------------------------------------------------------

Task<std::uint16_t> Connection::ask_for_port() {
  if (!traits_->without_epsv) {
    const Reply extended = co_await ask("EPSV");
    if (extended.code == code::extended_passive) co_return parse_extended_passive(extended);
    if (extended.code < 500) throw refused("EPSV", extended);
    traits_->without_epsv = true;
  }
  const Reply passive = co_await ask("PASV");
  if (passive.code != code::passive) throw refused("PASV", passive);
  co_return parse_passive(passive);
}

Task<std::unique_ptr<net::Stream>> Connection::connect_data(std::uint16_t port) {
  const SteadyTime until =
      runtime_.clock().steady() +
      std::chrono::duration_cast<SteadyTime::duration>(options_->connect_timeout);
  // Wherever the server would send us: the address that we know is the one that it has.
  const net::Endpoint there{.tls = false, .host = address_, .port = port};
  co_return co_await dialler_->connect(there, options_->subject, until);
}

namespace {

Task<> keep(Task<std::unique_ptr<net::Stream>> connecting, std::unique_ptr<net::Stream>* result) {
  *result = co_await std::move(connecting);
}

}  // namespace

Task<Connection::Prepared> Connection::prepare(std::string meanwhile_verb,
                                               std::string meanwhile_argument) {
  const std::uint16_t port = co_await ask_for_port();
  Prepared prepared;
  if (meanwhile_verb.empty()) {
    prepared.data = co_await connect_data(port);
    co_return prepared;
  }
  const auto both = [&](TaskGroup& group) -> Task<> {
    group.spawn(keep(connect_data(port), &prepared.data));
    prepared.answer = co_await ask(std::move(meanwhile_verb), std::move(meanwhile_argument));
  };
  co_await with_children(both);
  co_return prepared;
}

Task<std::unique_ptr<net::Stream>> Connection::secure_data(std::unique_ptr<net::Stream> data) {
  auto securing = dialler_->secure(std::move(data), options_->endpoint(true), sessions_);
  co_return co_await in_time("TLS for data", options_->connect_timeout, std::move(securing));
}

Task<std::unique_ptr<Transfer>> Connection::begin(Prepared prepared, TransferCommand command) {
  if (command.offset > 0) {
    const Reply rest = co_await ask("REST", std::to_string(command.offset));
    if (rest.code != code::pending_more) throw refused("REST", rest);
  }
  std::string line = command_line(command.verb, command.argument);
  const bool at_once = command.upload && command.at_once && !has_tls();
  auto transfer = std::make_unique<Transfer>(*this, std::move(command), std::move(prepared.data));
  co_await send(std::move(line));
  if (!at_once) co_await transfer->begin();
  co_return transfer;
}

}  // namespace sluice::ftp
