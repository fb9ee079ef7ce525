#include "net/transport.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <utility>

namespace sluice::net {

Transport::Transport(Socket socket, std::shared_ptr<Traffic> total)
    : socket_(std::move(socket)), total_(std::move(total)) {}

void Transport::interrupt() noexcept {
  boost::system::error_code ignored;  // fails only if the socket is closed, when nothing is pending
  socket_.cancel(ignored);
}

void Transport::stop_writing() noexcept {
  writing_stopped_ = true;
  interrupt();
}

void Transport::close() noexcept {
  if (!socket_.is_open()) return;
  farewell();
  boost::system::error_code ignored;  // the descriptor is gone whatever close() says
  socket_.close(ignored);
}

Task<> Transport::end_writing(boost::system::error_code& result) {
  socket_.shutdown(Socket::shutdown_send, result);
  co_return;
}

void Transport::note_sent(std::size_t bytes) {
  own_.sent += bytes;
  total_->sent += bytes;
}

void Transport::note_received(std::size_t bytes) {
  own_.received += bytes;
  total_->received += bytes;
}

bool Transport::socket_readable() {
  if (!socket_.is_open()) return true;
  char byte = 0;
  const auto count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

namespace {

class TcpTransport final : public Transport {
 public:
  using Transport::Transport;

  Task<std::size_t> read_some(MutableBytes buffer, boost::system::error_code& result) override {
    const auto room = asio::buffer(buffer.data(), buffer.size());
    const std::size_t count =
        co_await socket().async_read_some(room, asio::redirect_error(use_task, result));
    note_received(count);
    co_return count;
  }

  bool start_write(Bytes first, Bytes second, boost::system::error_code& result) override {
    rest_ = {asio::buffer(first.data(), first.size()), asio::buffer(second.data(), second.size())};
    const std::size_t count = socket().write_some(rest_, result);
    if (result == asio::error::would_block || result == asio::error::try_again) result = {};
    advance(count);
    return asio::buffer_size(rest_) == 0;
  }

  Task<> finish_write(boost::system::error_code& result) override {
    while (asio::buffer_size(rest_) > 0) {
      const std::size_t count =
          co_await socket().async_write_some(rest_, asio::redirect_error(use_task, result));
      advance(count);
      if (!result && writing_stopped()) result = asio::error::operation_aborted;
      if (result) co_return;
    }
  }

  bool readable() override { return socket_readable(); }

  std::size_t read_now(MutableBytes buffer) override {
    const ssize_t count =
        ::recv(socket().native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count <= 0) return 0;  // the end and errors show again in the next read
    note_received(static_cast<std::size_t>(count));
    return static_cast<std::size_t>(count);
  }

 private:
  void advance(std::size_t count) {
    note_sent(count);
    for (auto& buffer : rest_) {
      const std::size_t part = std::min(count, buffer.size());
      buffer += part;
      count -= part;
    }
  }

  std::array<asio::const_buffer, 2> rest_;
};

}  // namespace

std::unique_ptr<Transport> make_tcp_transport(Socket socket, std::shared_ptr<Traffic> total) {
  return std::make_unique<TcpTransport>(std::move(socket), std::move(total));
}

}  // namespace sluice::net
