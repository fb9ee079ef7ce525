#pragma once

#include <memory>
#include <optional>

#include "net/connection.hpp"
#include "net/proxy_rules.hpp"
#include "net/tcp_connector.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::net {

class TlsSessions;
class TlsSetup;

/// Where a connection goes and by which way; the key of a pool.
struct Route {
  Endpoint target;
  const ProxyServer* proxy = nullptr;     ///< Owned by the client's ProxyRules.
  std::shared_ptr<TlsSessions> sessions;  ///< For resumption; null without TLS.

  bool leads_to(const Endpoint& endpoint, const ProxyServer* by) const {
    return proxy == by && target == endpoint;
  }
};

/// Opens connections: name, TCP, proxy, TLS, all of it within the connect timeout.
class Connector {
 public:
  Connector(Runtime& runtime, std::shared_ptr<const Http1Options> options);
  ~Connector();

  /// Errors: network, timeout (connect timeout or deadline), config (TLS settings), cancelled;
  /// unauthenticated and permission_denied when a proxy says so.
  Task<std::shared_ptr<Connection>> connect(Route route, SteadyTime deadline);

  Executor executor() const { return runtime_.executor(); }
  const Http1Options& options() const { return *options_; }
  const Traffic& traffic() const { return *tcp_.traffic(); }
  std::uint64_t opened() const { return opened_; }

 private:
  Task<std::unique_ptr<Transport>> open(Route route, SteadyTime until);

  Runtime& runtime_;
  std::shared_ptr<const Http1Options> options_;
  TcpConnector tcp_;
  std::unique_ptr<TlsSetup> tls_;
  std::uint64_t opened_ = 0;
};

}  // namespace sluice::net
