#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <string_view>

namespace sluice::lab {

/// The end of a coroutine that nobody waits for: what it throws is told.
void tell_ftp_failure(std::exception_ptr thrown);

/// One side of the front: a connection to the client or to the server, in the clear or, once that
/// was begun, under TLS. What fails is taken for the end of it.
class FtpSide {
 public:
  using Tcp = boost::asio::ip::tcp;

  explicit FtpSide(Tcp::socket socket);

  boost::asio::awaitable<bool> connect(Tcp::endpoint peer);
  /// As a server.
  boost::asio::awaitable<bool> begin_tls(boost::asio::ssl::context& context);
  bool has_tls() const { return tls_ != nullptr; }
  /// Whether TLS took up a session of before again.
  bool resumed() const;

  /// 0 at the end.
  boost::asio::awaitable<std::size_t> read(std::span<char> room);
  /// False: the peer has gone.
  boost::asio::awaitable<bool> write(std::string_view bytes);
  /// Sends nothing more, and waits until the peer does not either.
  boost::asio::awaitable<void> end(bool farewell);
  /// Sends nothing more; under TLS without a farewell.
  void end_writing();
  void reset();
  void close();

 private:
  static constexpr auto quietly = boost::asio::as_tuple(boost::asio::use_awaitable);

  Tcp::socket socket_;
  std::unique_ptr<boost::asio::ssl::stream<Tcp::socket&>> tls_;
};

}  // namespace sluice::lab
