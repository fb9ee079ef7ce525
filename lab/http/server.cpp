#include "http/server.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "http/server_tls.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

void rethrow(std::exception_ptr thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

HttpServer::HttpServer(asio::io_context& io, const ListenOptions& options, HttpService& service,
                       ConnectionCounts& counts)
    : io_(io), service_(service), counts_(counts), acceptor_(io) {
  try {
    if (!options.certificate.empty())
      tls_.emplace(load_server_tls(options.certificate, options.key));
    const Tcp::endpoint endpoint(asio::ip::make_address(options.host), options.port);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(Tcp::acceptor::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(4096);
  } catch (const boost::system::system_error& error) {
    throw Error(ErrorCode::config, "listen", fmt::format("{}:{}", options.host, options.port),
                error.what());
  }
}

void HttpServer::start() {
  asio::co_spawn(io_, accept_loop(), rethrow);
}

void HttpServer::stop() {
  acceptor_.close();
  for (auto* connection : open_)
    connection->stop();
}

std::string HttpServer::endpoint() const {
  const auto local = acceptor_.local_endpoint();
  const auto host = local.address().is_v6() ? fmt::format("[{}]", local.address().to_string())
                                            : local.address().to_string();
  return fmt::format("{}://{}:{}", tls_ ? "https" : "http", host, local.port());
}

asio::awaitable<void> HttpServer::accept_loop() {
  asio::steady_timer pause(io_);
  for (;;) {
    auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
    if (!acceptor_.is_open()) co_return;
    if (error) {  // most likely out of descriptors: connections that end will free some
      pause.expires_after(std::chrono::milliseconds(10));
      co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    boost::system::error_code ignored;  // the peer may be gone already
    socket.set_option(Tcp::no_delay(true), ignored);
    auto connection = tls_ ? make_tls_connection(std::move(socket), *tls_, service_, counts_)
                           : make_plain_connection(std::move(socket), service_, counts_);
    open_.insert(connection.get());
    asio::co_spawn(io_, run_connection(std::move(connection)), rethrow);
  }
}

asio::awaitable<void> HttpServer::run_connection(std::unique_ptr<Connection> connection) {
  co_await connection->run();
  open_.erase(connection.get());
}

}  // namespace sluice::lab
