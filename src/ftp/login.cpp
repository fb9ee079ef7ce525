#include <algorithm>
#include <utility>

#include "ftp/in_time.hpp"
#include "sluice/ftp/commands.hpp"
#include "sluice/ftp/connection.hpp"

namespace sluice::ftp {

Task<std::shared_ptr<Connection>> Connection::open(Runtime& runtime,
                                                   std::shared_ptr<net::Dialler> dialler,
                                                   std::shared_ptr<const ConnectionOptions> options,
                                                   std::shared_ptr<ServerTraits> traits) {
  auto connection = std::make_shared<Connection>(runtime, std::move(dialler), std::move(options),
                                                 std::move(traits));
  co_await connection->connect();
  co_await connection->greet();
  if (connection->options_->security == Security::explicit_tls)
    co_await connection->secure_control();
  co_await connection->log_in();
  if (connection->has_tls()) co_await connection->protect_data();
  if (!connection->traits_->known) co_await connection->learn();
  co_await connection->settle();
  co_return connection;
}

Task<> Connection::connect() {
  const SteadyTime until =
      runtime_.clock().steady() +
      std::chrono::duration_cast<SteadyTime::duration>(options_->connect_timeout);
  stream_ = co_await dialler_->connect(options_->endpoint(false), options_->subject, until);
  address_ = stream_->peer_address();
  if (options_->security != Security::implicit_tls) co_return;
  auto securing = dialler_->secure(std::move(stream_), options_->endpoint(true), sessions_);
  stream_ = co_await in_time("TLS", options_->connect_timeout, std::move(securing));
}

Task<> Connection::greet() {
  // "120 ready in n minutes" may come first.
  const Reply reply = co_await final_reply(options_->idle_timeout);
  greeted_ = true;
  if (reply.code != code::ready) throw refused("greeting", reply);
}

Task<> Connection::secure_control() {
  const Reply reply = co_await ask("AUTH", "TLS");
  if (!reply.completed())
    throw Error(ErrorCode::unsupported, "AUTH TLS", options_->subject,
                "the server does not agree on TLS: " + reply.text())
        .with_server(std::to_string(reply.code), "");
  // Whoever stands between could have put it there, to be taken for the server's word under TLS.
  if (!reader_.empty())
    throw Error(ErrorCode::protocol, "AUTH TLS", options_->subject,
                "more than the answer came before TLS")
        .with_retryable(false);
  in_step_ = false;
  auto securing = dialler_->secure(std::move(stream_), options_->endpoint(true), sessions_);
  stream_ = co_await in_time("AUTH TLS", options_->connect_timeout, std::move(securing));
}

Task<> Connection::log_in() {
  Reply reply = co_await ask("USER", options_->user);
  if (reply.code == code::need_password) reply = co_await ask("PASS", options_->password.reveal());
  if (reply.code == code::need_account)
    throw Error(ErrorCode::unsupported, "logging in", options_->subject,
                "the server wants an account (ACCT), which is not supported");
  if (!reply.completed()) throw refused("logging in", reply);
}

/// Without it the data would go in the clear: any other answer ends the connection.
Task<> Connection::protect_data() {
  const Reply size = co_await ask("PBSZ", "0");
  if (!size.completed()) throw refused("PBSZ", size);
  const Reply level = co_await ask("PROT", "P");
  if (!level.completed()) throw refused("PROT", level);
}

Task<> Connection::learn() {
  const Reply feat = co_await ask("FEAT");
  if (feat.completed()) traits_->features = parse_features(feat);
  const Reply where = co_await ask("PWD");
  if (where.code == code::path_created) traits_->home = parse_path(where).value_or("");
  while (traits_->home.ends_with('/'))
    traits_->home.pop_back();
  traits_->known = true;
}

Task<> Connection::settle() {
  if (features().clnt) co_await ask("CLNT", "Sluice");
  // Some say yes in words of their own, and some have it always on and refuse.
  if (features().utf8) co_await ask("OPTS", options_->utf8_names ? "UTF8 ON" : "UTF8 OFF");
  const Reply type = co_await ask("TYPE", "I");
  if (!type.completed()) throw refused("TYPE", type);
}

}  // namespace sluice::ftp
