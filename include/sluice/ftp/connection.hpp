#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/secret.hpp"
#include "sluice/ftp/answers.hpp"
#include "sluice/ftp/reply.hpp"
#include "sluice/net/bandwidth.hpp"
#include "sluice/net/stream.hpp"
#include "sluice/net/tls_options.hpp"

namespace sluice::ftp {

enum class Security : std::uint8_t {
  clear,         ///< RFC 959, without TLS.
  explicit_tls,  ///< AUTH TLS before anything is told (RFC 4217); a refusal is an error.
  implicit_tls,  ///< TLS from the first byte.
};

struct ConnectionOptions {
  std::string host;
  std::uint16_t port = 0;  ///< 0: 21, and 990 for implicit TLS.
  Security security = Security::clear;
  std::string user = "anonymous";
  Secret password = Secret("anonymous@");
  /// Their tls13 is false in most cases: a server that wants the session of the control connection
  /// on each data connection runs out of the tickets of TLS 1.3, which serve once. The client then
  /// turns to TLS 1.2.
  net::TlsOptions tls;
  /// Names are asked for in UTF-8; else a server that would by itself is told not to (RFC 2640).
  bool utf8_names = true;
  Duration connect_timeout = std::chrono::seconds(10);
  Duration idle_timeout = std::chrono::seconds(60);  ///< For an answer, and between bytes.
  std::shared_ptr<net::Bandwidth> bandwidth;         ///< Null: no limit.
  std::string subject;                               ///< "ftp://user@host:port", for errors.

  net::Endpoint endpoint(bool with_tls) const;
};

/// What was learned of a server; shared by all its connections.
struct ServerTraits {
  bool known = false;  ///< `features` and `home` were asked for.
  Features features;
  std::string home;           ///< Where a login begins; absolute, without '/' at the end.
  bool without_epsv = false;  ///< EPSV was refused.
  /// It wants a session again on each data connection, and TLS 1.3 did not have one.
  bool without_tls13 = false;
  std::optional<bool> lists_hidden;  ///< Whether LIST -a is understood.
  /// How far the times of LIST are ahead of those of MDTM, once that was looked at.
  std::optional<Duration> list_times_ahead;
};

/// A command, and where its data goes.
struct TransferCommand {
  std::string verb, argument;
  std::uint64_t offset = 0;  ///< REST before it.
  bool upload = false;
  /// An upload in the clear does not wait for the server's word before its bytes: a round trip is
  /// saved, and a refusal comes at finish().
  bool at_once = false;
};

class Connection;

/// One transfer under way: its data connection. Ends with finish(); dropped before that, it leaves
/// its connection out of step. Must not outlive it.
class Transfer {
 public:
  Transfer(Connection& connection, TransferCommand command, std::unique_ptr<net::Stream> data);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// The next bytes; 0 at the end. What went wrong is told by the server's word where it has one.
  Task<std::size_t> read(MutableBytes buffer);
  Task<> write(Bytes bytes);
  /// Ends the data and waits for the server's final word. Throws what refusal() makes of one that
  /// is none of success.
  Task<> finish();
  /// The server's final word, after finish().
  const Reply& last_word() const { return *outcome_; }
  /// Whether the data ended without TLS's farewell.
  bool cut_off() const { return data_ ? data_->cut_off() : cut_off_; }

 private:
  friend class Connection;
  Task<> begin();
  Task<> end_upload();
  Task<> drain();
  Task<std::size_t> read_now(MutableBytes buffer);
  Task<> write_now(Bytes bytes);
  Task<Error> explained(Error failure);
  Error refused(const Reply& reply) const;

  Connection& connection_;
  TransferCommand command_;
  std::unique_ptr<net::Stream> data_;
  bool cut_off_ = false;
  bool resumed_ = false;          ///< Its TLS took up the control connection's session.
  std::optional<Reply> outcome_;  ///< The final one came before it was asked for.
};

/// A control connection that is logged in. One operation at a time. Lives on the loop.
class Connection {
 public:
  /// Connects and logs in: one attempt. Errors have the server's words as refusal() puts them;
  /// unavailable with server_code() "421" or "530" where it serves too many already.
  static Task<std::shared_ptr<Connection>> open(Runtime& runtime,
                                                std::shared_ptr<net::Dialler> dialler,
                                                std::shared_ptr<const ConnectionOptions> options,
                                                std::shared_ptr<ServerTraits> traits);

  Connection(Runtime& runtime, std::shared_ptr<net::Dialler> dialler,
             std::shared_ptr<const ConnectionOptions> options,
             std::shared_ptr<ServerTraits> traits);

  /// One command and its final reply, whatever it is but 421.
  Task<Reply> ask(std::string verb, std::string argument = {});
  /// The same; a reply that is not 2xx is thrown as refusal().
  Task<Reply> expect(std::string verb, std::string argument, std::string subject);

  /// A data connection that is being made, and what the server answered to another command
  /// meanwhile.
  struct Prepared {
    std::unique_ptr<net::Stream> data;
    std::optional<Reply> answer;
  };
  /// Asks for a port and connects to it. While that is on its way, asks `meanwhile` ("MLST path"),
  /// if it is given: it costs no time of its own.
  Task<Prepared> prepare(std::string meanwhile_verb = {}, std::string meanwhile_argument = {});
  /// Sends the command. Throws refusal() if the server does not begin.
  Task<std::unique_ptr<Transfer>> begin(Prepared prepared, TransferCommand command);

  const ServerTraits& traits() const { return *traits_; }
  ServerTraits& traits() { return *traits_; }
  const Features& features() const { return traits_->features; }
  const ConnectionOptions& options() const { return *options_; }
  /// Whether all was answered that was said, and nothing came since: fit for another operation.
  /// Not so under a TLS that serves for no more data connections.
  bool ready();
  SteadyTime last_used() const { return last_used_; }
  /// Whether the very first word of the server has come.
  bool greeted() const { return greeted_; }
  /// Says QUIT, and does not wait long.
  Task<> quit();

 private:
  friend class Transfer;
  Task<> connect();
  Task<> greet();
  Task<> secure_control();
  Task<> log_in();
  Task<> protect_data();
  Task<> learn();
  Task<> settle();

  Task<> send(std::string line);
  Task<Reply> receive(Duration limit);
  Task<Reply> read_reply();
  Task<Reply> final_reply(Duration limit);
  Task<std::uint16_t> ask_for_port();
  Task<std::unique_ptr<net::Stream>> connect_data(std::uint16_t port);
  Task<std::unique_ptr<net::Stream>> secure_data(std::unique_ptr<net::Stream> data);
  template <class T>
  Task<T> in_time(std::string step, Duration limit, Task<T> operation);
  Error refused(std::string step, const Reply& reply) const;
  Error refused_session(Error told);
  bool has_tls() const { return options_->security != Security::clear; }

  Runtime& runtime_;
  std::shared_ptr<net::Dialler> dialler_;
  std::shared_ptr<const ConnectionOptions> options_;
  std::shared_ptr<ServerTraits> traits_;
  std::vector<Secret> secrets_;
  std::unique_ptr<net::Stream> stream_;
  std::shared_ptr<net::TlsSessions> sessions_;
  std::string address_;  ///< The server's numeric one: data goes nowhere else.
  ReplyReader reader_;
  bool in_step_ = false, greeted_ = false;
  SteadyTime last_used_{};
};

}  // namespace sluice::ftp
