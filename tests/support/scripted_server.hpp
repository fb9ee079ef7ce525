#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/async/runtime.hpp"
#include "sluice/net/endpoint.hpp"

namespace sluice::test {

/// The server's end of one connection in a ScriptedServer, for scripts (plain TCP, or TLS if the
/// server has a certificate).
class Peer {
 public:
  virtual ~Peer() = default;
  /// Everything up to and with the next empty line; empty if the client closed.
  virtual Task<std::string> read_head() = 0;
  /// Exactly so many bytes (fewer if the client closed).
  virtual Task<std::string> read_bytes(std::size_t count) = 0;
  virtual Task<> write(std::string bytes) = 0;
  /// Closes at once, with a reset if bytes of the client are unread (as the kernel does).
  virtual void close() = 0;
  /// The connections accepted before this one.
  virtual std::size_t number() const = 0;
};

struct ServerTls {
  std::string certificate, key;  ///< PEM files; empty: no TLS.
  std::string client_ca;         ///< Require a client certificate that this PEM file's CA signed.
};

/// A loopback server on the test's own loop that runs one script (a coroutine function) for each
/// connection it accepts. The connection is closed when its script returns. What a script throws is
/// ignored once the client is gone.
class ScriptedServer {
 public:
  using Script = std::function<Task<>(std::shared_ptr<Peer>)>;

  ScriptedServer(Runtime& runtime, Script script, ServerTls tls = {});
  ~ScriptedServer();

  net::Endpoint endpoint() const;
  std::size_t accepted() const;
  std::size_t open_now() const;
  std::size_t most_open() const;
  std::size_t resumed() const;  ///< TLS handshakes that resumed a session.
  /// Stops accepting, cancels the scripts and waits for them.
  Task<> stop();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Answers every request head on a connection (requests without bodies) with the same bytes, until
/// the client closes.
ScriptedServer::Script always(std::string response);
/// "HTTP/1.1 200 OK" with Content-Length and this body.
std::string ok(std::string_view body, std::string_view more_headers = {});
/// The Content-Length of a request head, or 0.
std::size_t length_of(std::string_view head);

}  // namespace sluice::test
