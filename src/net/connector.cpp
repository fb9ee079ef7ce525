#include "net/connector.hpp"

#include <algorithm>
#include <utility>

#include "net/proxy_tunnel.hpp"
#include "net/tls.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::net {
Connector::Connector(Runtime& runtime, std::shared_ptr<const Http1Options> options)
    : runtime_(runtime),
      options_(std::move(options)),
      tcp_(runtime, options_->connections_per_endpoint),
      tls_(std::make_unique<TlsSetup>(runtime, options_->tls)) {}

Connector::~Connector() = default;

Task<std::shared_ptr<Connection>> Connector::connect(Route route, SteadyTime deadline) {
  const SteadyTime limit = runtime_.clock().steady() + options_->connect_timeout;
  const SteadyTime until = std::min(limit, deadline);
  const std::string origin = route.target.origin();
  std::unique_ptr<Transport> transport;
  std::optional<Error> failure;
  try {
    transport = co_await with_deadline(until, "connect timeout", open(route, until));
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure && failure->operation() == "connect timeout") {
    const std::string rule = deadline < limit ? "the operation's deadline passed"
                                              : "no connection within the connect timeout";
    throw Error(ErrorCode::timeout, "connecting", origin, rule);
  }
  if (failure) throw *failure;
  ++opened_;
  co_return std::make_shared<Connection>(std::move(transport), options_, origin);
}

Task<std::unique_ptr<Transport>> Connector::open(Route route, SteadyTime until) {
  const Endpoint first = route.proxy ? route.proxy->endpoint : route.target;
  std::optional<Error> failure;
  std::unique_ptr<Transport> transport;
  try {
    transport = co_await tcp_.connect(first, until);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure && route.proxy)
    failure->within("reaching " + route.target.origin() + " by its proxy");
  if (failure) throw *failure;
  if (!route.target.tls) co_return transport;
  if (route.proxy) co_await open_tunnel(*transport, *route.proxy, route.target, *options_);
  co_return co_await tls_->handshake(std::move(transport->socket()), tcp_.traffic(), route.target,
                                     route.sessions);
}

}  // namespace sluice::net
