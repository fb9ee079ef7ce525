#pragma once

#include <memory>

#include "net/transport.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/semaphore.hpp"
#include "sluice/net/endpoint.hpp"
#include "sluice/net/stream.hpp"
#include "sluice/net/tls_options.hpp"

namespace sluice::net {

class TlsContext;
/// A client's side of TLS: certificates are loaded at the first handshake, off the loop (a system's
/// CAs take milliseconds).
class TlsSetup {
 public:
  TlsSetup(Runtime& runtime, TlsOptions options);
  ~TlsSetup();

  /// TLS 1.2 or 1.3 over a connected socket; the peer's certificate must be for peer.host. Errors:
  /// config (a file of the options cannot be used), network (not retryable if the peer or its
  /// certificate is refused), cancelled.
  Task<std::unique_ptr<Transport>> handshake(Socket socket, std::shared_ptr<Traffic> total,
                                             Endpoint peer, std::shared_ptr<TlsSessions> sessions);

 private:
  Task<std::shared_ptr<const TlsContext>> context();

  Runtime& runtime_;
  TlsOptions options_;
  Semaphore loading_;
  std::shared_ptr<const TlsContext> context_;
};

}  // namespace sluice::net
