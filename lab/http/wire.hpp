#pragma once

#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sluice/core/bytes.hpp"
#include "sluice/core/time.hpp"
#include "stats.hpp"

namespace sluice::lab {

template <class T = void>
using Awaitable = boost::asio::awaitable<T>;
inline constexpr auto as_result = boost::asio::as_tuple(boost::asio::use_awaitable);

using PlainStream = boost::asio::ip::tcp::socket;
using TlsStream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

/// The peer has gone, or was sent away; ends the connection without a word.
struct Disconnected {};

/// The bytes of one connection, with what faults need of its socket. Everything that fails throws
/// Disconnected.
template <class Stream>
class Wire {
 public:
  static constexpr bool is_plain = std::is_same_v<Stream, PlainStream>;

  Wire(Stream stream, ConnectionCounts& counts)
      : stream_(std::move(stream)), timer_(stream_.get_executor()), counts_(counts) {
    counts_.on_open();
  }
  ~Wire() { counts_.on_close(); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  Awaitable<> handshake() {
    if constexpr (!is_plain) {
      auto [error] =
          co_await stream_.async_handshake(boost::asio::ssl::stream_base::server, as_result);
      if (error) throw Disconnected{};
      ++counts_.tls_handshakes;
    }
    co_return;
  }

  /// 0 at the end of the connection, however it came.
  Awaitable<std::size_t> read_or_end(boost::asio::mutable_buffer buffer) {
    auto [error, size] = co_await stream_.async_read_some(buffer, as_result);
    counts_.bytes_in += size;
    co_return error ? 0 : size;
  }

  Awaitable<std::size_t> read_some(boost::asio::mutable_buffer buffer) {
    auto [error, size] = co_await stream_.async_read_some(buffer, as_result);
    counts_.bytes_in += size;
    if (error || size == 0) throw Disconnected{};
    co_return size;
  }

  template <class Buffers>
  Awaitable<> write_all(Buffers buffers) {
    auto [error, size] = co_await boost::asio::async_write(stream_, buffers, as_result);
    counts_.bytes_out += size;
    if (error) throw Disconnected{};
  }
  Awaitable<> write_bytes(Bytes bytes) {
    return write_all(boost::asio::buffer(bytes.data(), bytes.size()));
  }

  /// Sends from an open file without copying; only where is_plain.
  Awaitable<> send_by_kernel(int file, std::uint64_t from, std::uint64_t length) {
    socket().native_non_blocking(true);
    auto offset = static_cast<off_t>(from);
    const auto end = static_cast<off_t>(from + length);
    while (offset < end) {
      const auto sent = ::sendfile(socket().native_handle(), file, &offset,
                                   static_cast<std::size_t>(end - offset));
      if (sent > 0) {
        counts_.bytes_out += static_cast<std::uint64_t>(sent);
      } else if (sent < 0 && errno == EAGAIN) {
        auto [error] = co_await socket().async_wait(PlainStream::wait_write, as_result);
        if (error) throw Disconnected{};
      } else if (sent == 0 || errno != EINTR) {
        throw Disconnected{};
      }
    }
  }

  Awaitable<> sleep_until(SteadyTime moment) {
    timer_.expires_at(moment);
    auto [error] = co_await timer_.async_wait(as_result);
    if (error || stopped_) throw Disconnected{};
  }
  Awaitable<> sleep(Duration delay) {
    return sleep_until(std::chrono::steady_clock::now() +
                       std::chrono::duration_cast<SteadyTime::duration>(delay));
  }

  /// Waits until the peer's kernel has everything, for a reset throws away what is on its way.
  Awaitable<> drain() {
    while (is_established() && unsent() > 0)
      co_await sleep(std::chrono::milliseconds(1));
  }

  /// Neither reads nor writes until the peer has closed. A peer whose own data is stuck behind a
  /// full window cannot tell us that it closed; then it lasts until stop().
  Awaitable<> stall() {
    while (is_established())
      co_await sleep(std::chrono::milliseconds(50));
  }

  void reset() {
    boost::system::error_code ignored;  // the peer may have closed first
    socket().set_option(boost::asio::socket_base::linger(true, 0), ignored);
    socket().close(ignored);
  }

  /// No more is sent. TLS's close_notify is not sent either: that is what a cut line looks like.
  void shut_sending() {
    boost::system::error_code ignored;  // the peer may have closed first
    socket().shutdown(PlainStream::shutdown_send, ignored);
  }

  /// Closing while the peer still sends would reset the connection and take the answer with it:
  /// read on, up to `most` bytes.
  Awaitable<> linger(std::uint64_t most) {
    std::array<std::byte, 16_KiB> block;
    for (std::uint64_t dropped = 0; dropped < most;) {
      auto [error, size] = co_await socket().async_read_some(boost::asio::buffer(block), as_result);
      if (error || size == 0) co_return;
      dropped += size;
    }
  }

  void close() {
    boost::system::error_code ignored;  // the peer may have closed first
    socket().close(ignored);
  }

  void stop() {
    stopped_ = true;
    timer_.cancel();
    close();
  }

 private:
  PlainStream& socket() {
    if constexpr (is_plain)
      return stream_;
    else
      return stream_.next_layer();
  }

  bool is_established() {
    tcp_info info{};
    socklen_t size = sizeof info;
    return ::getsockopt(socket().native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
           info.tcpi_state == TCP_ESTABLISHED;
  }

  int unsent() {
    int bytes = 0;
    return ::ioctl(socket().native_handle(), SIOCOUTQ, &bytes) == 0 ? bytes : 0;
  }

  Stream stream_;
  boost::asio::steady_timer timer_;
  ConnectionCounts& counts_;
  bool stopped_ = false;
};

}  // namespace sluice::lab
