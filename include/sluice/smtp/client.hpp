#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/core/secret.hpp"
#include "sluice/net/stream.hpp"
#include "sluice/net/tls_options.hpp"

namespace sluice::smtp {

enum class Security : std::uint8_t {
  none,      ///< In the clear.
  starttls,  ///< TLS after EHLO (RFC 3207); a server that does not offer it is an error.
  tls,       ///< TLS from the first byte (RFC 8314).
};

struct ClientOptions {
  std::string host;
  std::uint16_t port = 25;
  Security security = Security::none;
  std::string user;  ///< Empty: no AUTH. Its password goes over TLS only, or to this machine.
  Secret password;
  std::string client = "localhost";                     ///< What EHLO says; see client_name().
  net::TlsOptions tls;                                  ///< The protocol for ALPN is not used.
  Duration connect_timeout = std::chrono::seconds(10);  ///< Resolve and TCP, and again for TLS.
  Duration reply_timeout = std::chrono::minutes(5);     ///< RFC 5321 section 4.5.3.2.
};

/// What no server could mend; "" if nothing is wrong.
std::string problem_of(const ClientOptions& options);

/// Whether the host is this machine by its name ("localhost" and below, 127.0.0.0/8, ::1).
bool is_loopback(std::string_view host);

/// Who sends and who receives, as the server is told: addresses only.
struct Envelope {
  std::string from;
  std::vector<std::string> to;
};

struct Refusal {
  std::string recipient;
  Error error;
};

struct Delivery {
  std::size_t accepted = 0;      ///< Recipients whom the server took the mail for.
  std::vector<Refusal> refused;  ///< The others.
};

/// Sends mail to one server, a connection a mail. Lives on the loop; calls may run at once.
class Client {
 public:
  Client(Runtime& runtime, ClientOptions options);

  /// `message` as format_message() makes it. Recipients that the server refuses are in the result;
  /// if it refuses all of them, nothing is sent. One attempt: no retry. When a connection breaks
  /// after the last byte was sent, the server may have taken the mail all the same: who tries again
  /// sends the same Message-ID.
  ///
  /// Errors name the step. A server's refusal has its reply code as server_code() ("550") and its
  /// words as message(), unless these quote the password: 4xx is unavailable and retryable, 530 to
  /// 538 unauthenticated, 500, 502, 504 and 555 unsupported, the rest permission_denied. Others:
  /// config (problem_of()), unsupported (no STARTTLS, no known mechanism of AUTH, a message over
  /// the server's limit), network, timeout, protocol, cancelled.
  Task<Delivery> send(OpContext context, Envelope envelope, std::string message);

 private:
  Runtime& runtime_;
  ClientOptions options_;
  net::StreamConnector streams_;
};

}  // namespace sluice::smtp
