#include "net/connector.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <utility>

#include "net/proxy_tunnel.hpp"
#include "net/tls.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::net {
namespace {

Error with_address(const Error& error, const Endpoint& endpoint, const asio::ip::address& address) {
  const std::string subject = endpoint.origin() + " (" + address.to_string() + ")";
  if (error.code() == ErrorCode::timeout)
    return Error(ErrorCode::timeout, "connecting", subject, "no answer in time");
  return Error(error.code(), "connecting", subject, error.message());
}

Task<Socket> connect_to(asio::ip::tcp::endpoint address) {
  Socket socket(co_await asio::this_coro::executor);
  socket.open(address.protocol());
  boost::system::error_code result;
  co_await socket.async_connect(address, asio::redirect_error(use_task, result));
  if (result) throw error_from(result, "connecting", "");
  // Requests are written whole: Nagle's algorithm would only hold back their last packet.
  socket.set_option(asio::ip::tcp::no_delay(true));
  socket.set_option(asio::socket_base::keep_alive(true));
  socket.non_blocking(true);
  co_return socket;
}

// A coroutine under a deadline needs a result that can be made from nothing.
Task<std::unique_ptr<Socket>> connect_boxed(asio::ip::tcp::endpoint address) {
  Socket socket = co_await connect_to(address);
  co_return std::make_unique<Socket>(std::move(socket));
}

}  // namespace

Connector::Connector(Runtime& runtime, std::shared_ptr<const Http1Options> options)
    : runtime_(runtime),
      options_(std::move(options)),
      traffic_(std::make_shared<Traffic>()),
      tls_(std::make_unique<TlsSetup>(runtime, options_->tls)),
      resolver_(runtime) {}

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
    transport = co_await open_tcp(first, until);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure && route.proxy)
    failure->within("reaching " + route.target.origin() + " by its proxy");
  if (failure) throw *failure;
  if (!route.target.tls) co_return transport;
  if (route.proxy) co_await open_tunnel(*transport, *route.proxy, route.target, *options_);
  co_return co_await tls_->handshake(std::move(transport->socket()), traffic_, route.target,
                                     route.sessions);
}

Task<std::unique_ptr<Transport>> Connector::open_tcp(Endpoint endpoint, SteadyTime until) {
  const Addresses addresses = co_await resolver_.resolve(endpoint.host);
  std::optional<Error> last;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const SteadyTime now = runtime_.clock().steady();
    // Every address gets its share of what is left: a dead one must not use up the time of the
    // others.
    const SteadyTime share = now + (until - now) / static_cast<std::int64_t>(addresses.size() - i);
    const asio::ip::tcp::endpoint address(addresses[i], endpoint.port);
    try {
      const std::unique_ptr<Socket> socket =
          co_await with_deadline(share, "connect timeout", connect_boxed(address));
      co_return make_tcp_transport(std::move(*socket), traffic_);
    } catch (...) {
      last = error_from(std::current_exception());
    }
    if (last->code() == ErrorCode::cancelled) throw *last;
    last = with_address(*last, endpoint, addresses[i]);
  }
  resolver_.forget(endpoint.host);
  throw *last;
}

}  // namespace sluice::net
