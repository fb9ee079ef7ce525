#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "http/exchange.hpp"
#include "stats.hpp"

namespace sluice::lab {

/// One client connection: reads heads and bodies, has them answered, keeps alive. Requests that
/// arrive together (pipelining) are answered in order.
class Connection {
 public:
  virtual ~Connection() = default;
  /// Runs until the peer leaves, an answer closes, or stop(). Never throws for what a peer does.
  virtual boost::asio::awaitable<void> run() = 0;
  virtual void stop() = 0;  ///< Ends every wait; run() then returns.
};

/// `service` and `counts` must outlive the connection.
std::unique_ptr<Connection> make_plain_connection(boost::asio::ip::tcp::socket socket,
                                                  HttpService& service, ConnectionCounts& counts);
std::unique_ptr<Connection> make_tls_connection(boost::asio::ip::tcp::socket socket,
                                                boost::asio::ssl::context& context,
                                                HttpService& service, ConnectionCounts& counts);

}  // namespace sluice::lab
