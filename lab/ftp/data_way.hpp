#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>

#include "ftp/fault.hpp"
#include "ftp/side.hpp"

namespace sluice::lab {

/// The way of one data connection, from a port of the front's to one of the server's. It waits for
/// the command that it serves: only then it is known which way the bytes go, and what strikes them.
/// Lives until its session is over, at least.
class FtpDataWay {
 public:
  using Tcp = boost::asio::ip::tcp;

  /// `tls`: for the client's end; null: none. Must outlive this.
  FtpDataWay(boost::asio::io_context& loop, Tcp::endpoint server, boost::asio::ssl::context* tls);

  /// Listens at a free port of `host` and tells it. `refuse`: nobody does.
  std::uint16_t listen(const boost::asio::ip::address& host, bool refuse);
  /// Takes one connection and serves it to its end.
  static boost::asio::awaitable<void> serve(std::shared_ptr<FtpDataWay> way);

  /// The command was given.
  void begin(bool upload, FtpStrike strike);
  /// No command comes any more; what stalls ends.
  void give_up();
  /// Waits until its command has come and TLS has begun, or neither will.
  boost::asio::awaitable<void> settled();
  /// Whether TLS had no session of before, though one was asked for.
  bool refused() const { return refused_; }

 private:
  boost::asio::awaitable<bool> connect();
  void settle();
  boost::asio::awaitable<bool> secure();
  boost::asio::awaitable<void> pass();
  boost::asio::awaitable<bool> pass_on(FtpSide& from, FtpSide& to);
  boost::asio::awaitable<bool> take(std::string_view bytes, FtpSide& to);
  boost::asio::awaitable<void> stall();
  void reset();

  boost::asio::io_context& loop_;
  Tcp::endpoint server_address_;
  boost::asio::ssl::context* tls_;
  Tcp::acceptor acceptor_;
  FtpSide client_, server_;
  boost::asio::steady_timer changed_;
  FtpStrike strike_;
  std::uint64_t passed_ = 0;
  bool begun_ = false, upload_ = false, settled_ = false, over_ = false, refused_ = false;
};

}  // namespace sluice::lab
