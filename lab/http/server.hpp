#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>

#include "http/connection.hpp"

namespace sluice::lab {

struct ListenOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;   ///< 0: one that is free.
  std::string certificate;  ///< PEM files; empty: plain HTTP.
  std::string key;
};

/// Accepts connections for one service. Everything runs on the given loop; `service` and `counts`
/// outlive the server, and the loop must have run dry after stop() before the server is destroyed.
class HttpServer {
 public:
  /// Binds and listens at once. Throws Error{config}.
  HttpServer(boost::asio::io_context& io, const ListenOptions& options, HttpService& service,
             ConnectionCounts& counts);

  void start();
  void stop();  ///< Closes the listener and every connection; their coroutines end on the loop.
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string endpoint() const;  ///< "http://127.0.0.1:43210".

 private:
  boost::asio::awaitable<void> accept_loop();
  boost::asio::awaitable<void> run_connection(std::unique_ptr<Connection> connection);

  boost::asio::io_context& io_;
  HttpService& service_;
  ConnectionCounts& counts_;
  std::optional<boost::asio::ssl::context> tls_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::unordered_set<Connection*> open_;
};

}  // namespace sluice::lab
