#include "ftp/side.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <utility>

#include "sluice/core/error.hpp"

namespace sluice::lab {

namespace asio = boost::asio;

void tell_ftp_failure(std::exception_ptr thrown) {
  if (thrown) fmt::print(stderr, "sluice-lab ftp: a connection: {}\n", Error::from(thrown).what());
}

FtpSide::FtpSide(Tcp::socket socket) : socket_(std::move(socket)) {}

asio::awaitable<bool> FtpSide::connect(Tcp::endpoint peer) {
  const auto [error] = co_await socket_.async_connect(peer, quietly);
  co_return !error;
}

asio::awaitable<bool> FtpSide::begin_tls(asio::ssl::context& context) {
  tls_ = std::make_unique<asio::ssl::stream<Tcp::socket&>>(socket_, context);
  const auto [error] = co_await tls_->async_handshake(asio::ssl::stream_base::server, quietly);
  co_return !error;
}

bool FtpSide::resumed() const {
  return tls_ && SSL_session_reused(tls_->native_handle()) == 1;
}

asio::awaitable<std::size_t> FtpSide::read(std::span<char> room) {
  const auto buffer = asio::buffer(room.data(), room.size());
  if (tls_) {
    const auto [error, count] = co_await tls_->async_read_some(buffer, quietly);
    co_return error ? 0 : count;
  }
  const auto [error, count] = co_await socket_.async_read_some(buffer, quietly);
  co_return error ? 0 : count;
}

asio::awaitable<bool> FtpSide::write(std::string_view bytes) {
  const auto buffer = asio::buffer(bytes.data(), bytes.size());
  if (tls_) {
    const auto [error, count] = co_await asio::async_write(*tls_, buffer, quietly);
    co_return !error;
  }
  const auto [error, count] = co_await asio::async_write(socket_, buffer, quietly);
  co_return !error;
}

asio::awaitable<void> FtpSide::end(bool farewell) {
  // Waits for the peer's own.
  if (tls_ && farewell) co_await tls_->async_shutdown(quietly);
  end_writing();
  std::array<char, 4096> rest;
  for (;;) {
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(rest), quietly);
    if (error) break;
  }
  close();
}

void FtpSide::end_writing() {
  boost::system::error_code ignored;  // the peer may be gone already
  socket_.shutdown(Tcp::socket::shutdown_send, ignored);
}

void FtpSide::reset() {
  boost::system::error_code ignored;  // the same
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

void FtpSide::close() {
  boost::system::error_code ignored;  // the same
  socket_.close(ignored);
}

}  // namespace sluice::lab
