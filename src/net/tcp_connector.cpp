#include "net/tcp_connector.hpp"

#include <boost/asio/redirect_error.hpp>
#include <optional>
#include <utility>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/core/descriptors.hpp"

namespace sluice::net {
namespace {

// Files, pipes and the loop's own.
constexpr std::size_t descriptors_beside = 64;

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

TcpConnector::TcpConnector(Runtime& runtime, std::size_t most)
    : runtime_(runtime),
      most_(most),
      making_room_(runtime.executor(), 1),
      traffic_(std::make_shared<Traffic>()),
      resolver_(runtime) {}

/// Once, and off the loop: see make_room_for_descriptors().
Task<> TcpConnector::make_room() {
  const auto turn = co_await making_room_.acquire();
  if (roomy_) co_return;
  auto job = [count = most_ + descriptors_beside] { make_room_for_descriptors(count); };
  co_await offload(runtime_.disk(), job);
  roomy_ = true;
}

Task<std::unique_ptr<Transport>> TcpConnector::connect(Endpoint endpoint, SteadyTime until) {
  if (!roomy_ && most_ > descriptors_beside) co_await make_room();
  const Addresses addresses = co_await resolver_.resolve(endpoint.host);
  std::optional<Error> last;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const SteadyTime now = runtime_.clock().steady();
    // Every address gets its share of what is left: a dead one must not use up the time of the
    // others.
    const SteadyTime share = now + (until - now) / static_cast<std::int64_t>(addresses.size() - i);
    const asio::ip::tcp::endpoint address(addresses[i], endpoint.port);
    if (runtime_.turn().over()) co_await runtime_.turn().next();
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
