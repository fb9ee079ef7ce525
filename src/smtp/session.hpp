#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/net/stream.hpp"
#include "sluice/smtp/client.hpp"
#include "sluice/smtp/reply.hpp"

namespace sluice::smtp {

/// One connection from its opening to its end. All that is given must outlive it.
class Session {
 public:
  Session(Runtime& runtime, net::StreamConnector& streams, const ClientOptions& options,
          OpContext context);

  /// Up to and with AUTH.
  Task<> open();
  /// `data` as data_block() made it; `bytes`: of the message as it was before (RFC 1870).
  Task<Delivery> deliver(const Envelope& envelope, const std::string& data, std::size_t bytes);
  /// Says QUIT. What fails then is nobody's loss.
  Task<> leave();
  /// Whether the server has answered all that was said.
  bool in_step() const { return in_step_; }

 private:
  Task<> connect();
  Task<> greet();
  Task<> hello();
  Task<> start_tls();
  Task<> authenticate();
  Task<> log_in_plain();
  Task<> log_in_by_login();
  Task<> announce(const std::string& from, std::size_t bytes);
  Task<Delivery> name_recipients(const std::vector<std::string>& to);

  /// Sends `command` and returns the answer. `step` names it in errors.
  Task<Reply> ask(std::string step, Secret command);
  Task<Reply> ask(std::string step, std::string command);
  Task<Reply> talk(Secret command);
  Task<Reply> receive();
  template <class T>
  Task<T> bounded(std::string step, Duration limit, Task<T> operation);
  Error refused(std::string step, const Reply& reply) const;
  net::Endpoint endpoint(bool tls) const;

  Runtime& runtime_;
  net::StreamConnector& streams_;
  const ClientOptions& options_;
  OpContext context_;
  std::string subject_;
  std::vector<Secret> secrets_;
  std::unique_ptr<net::Stream> stream_;
  ReplyReader reader_;
  Capabilities server_;
  bool in_step_ = false;
};

/// "smtp://host:port", or "smtps://host:port".
std::string subject_of(const ClientOptions& options);

}  // namespace sluice::smtp
