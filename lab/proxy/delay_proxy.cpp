#include "proxy/delay_proxy.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "output.hpp"
#include "proxy/passive_port.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

// More than this on its way in one direction holds the sender back, as a full router would.
constexpr std::size_t most_on_the_way = 64 * 1024 * 1024;
constexpr std::size_t piece = 64 * 1024;

/// Bytes on their way in one direction.
class Way {
 public:
  Way(asio::io_context& loop, std::shared_ptr<const DelayProxyOptions> options)
      : options_(std::move(options)), changed_(loop), timer_(loop) {
    changed_.expires_at(Clock::time_point::max());
  }

  void put(std::vector<std::byte> bytes) {
    const Clock::time_point now = Clock::now();
    free_at_ = std::max(free_at_, now);
    if (options_->bandwidth > 0)
      free_at_ += std::chrono::nanoseconds(1'000'000'000) * bytes.size() / options_->bandwidth;
    held_ += bytes.size();
    queue_.push_back({free_at_ + options_->round_trip / 2, std::move(bytes)});
    changed_.cancel();
  }
  void end() {
    ended_ = true;
    changed_.cancel();
  }
  bool full() const { return held_ >= most_on_the_way; }

  asio::awaitable<void> changed() { co_await changed_.async_wait(quietly); }

  /// The next bytes, when they would have arrived; empty at the end.
  asio::awaitable<std::vector<std::byte>> take() {
    while (queue_.empty() && !ended_)
      co_await changed();
    if (queue_.empty()) co_return std::vector<std::byte>();
    timer_.expires_at(queue_.front().due);
    co_await timer_.async_wait(quietly);
    std::vector<std::byte> bytes = std::move(queue_.front().bytes);
    queue_.pop_front();
    held_ -= bytes.size();
    changed_.cancel();
    co_return bytes;
  }

 private:
  struct Piece {
    Clock::time_point due;
    std::vector<std::byte> bytes;
  };
  std::shared_ptr<const DelayProxyOptions> options_;
  asio::steady_timer changed_, timer_;
  std::deque<Piece> queue_;
  std::size_t held_ = 0;
  Clock::time_point free_at_{};
  bool ended_ = false;
};

struct Pair {
  Pair(asio::io_context& loop, std::shared_ptr<const DelayProxyOptions> options,
       Tcp::socket accepted)
      : client(std::move(accepted)), server(loop), up(loop, options), down(loop, options) {}
  Tcp::socket client, server;
  Way up, down;
};

void reset(Tcp::socket& socket) {
  boost::system::error_code ignored;  // it may be gone already
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

void complain(std::string_view what, std::string_view why) {
  fmt::print(stderr, "sluice-lab delay: {}: {}\n", what, why);
}

/// The end of a coroutine that nobody waits for: what it throws is told.
void tell_failure(std::exception_ptr thrown) {
  if (thrown) complain("a connection", Error::from(thrown).what());
}

/// What is done with bytes of the server before they go on their way.
using Rewrite = std::function<void(std::vector<std::byte>&)>;

asio::awaitable<void> gather(std::shared_ptr<Pair> pair, Tcp::socket* from, Way* way,
                             std::optional<std::uint64_t> cut_after, Rewrite rewrite) {
  std::uint64_t passed = 0;
  for (;;) {
    while (way->full())
      co_await way->changed();
    std::vector<std::byte> bytes(piece);
    const auto [error, count] = co_await from->async_read_some(asio::buffer(bytes), quietly);
    if (error) break;
    bytes.resize(count);
    passed += count;
    if (cut_after && passed > *cut_after) {
      reset(pair->client);
      reset(pair->server);
      break;
    }
    try {
      if (rewrite) rewrite(bytes);
    } catch (const boost::system::system_error& failure) {
      complain("no port for a data connection", failure.what());
      reset(pair->client);
      reset(pair->server);
      break;
    }
    way->put(std::move(bytes));
  }
  way->end();
}

asio::awaitable<void> deliver(std::shared_ptr<Pair> pair, Tcp::socket* to, Way* way) {
  for (;;) {
    const std::vector<std::byte> bytes = co_await way->take();
    if (bytes.empty()) break;
    const auto [error, count] = co_await asio::async_write(*to, asio::buffer(bytes), quietly);
    if (error) break;
  }
  boost::system::error_code ignored;  // the peer may be gone already
  to->shutdown(Tcp::socket::shutdown_send, ignored);
}

using Options = std::shared_ptr<const DelayProxyOptions>;

void set_up(Tcp::socket& socket, const DelayProxyOptions& options) {
  boost::system::error_code ignored;  // a socket that is gone fails where it is used
  socket.set_option(Tcp::no_delay(true), ignored);
  if (options.socket_buffers == 0) return;
  socket.set_option(asio::socket_base::receive_buffer_size(options.socket_buffers), ignored);
  socket.set_option(asio::socket_base::send_buffer_size(options.socket_buffers), ignored);
}

/// Before it listens or connects. Loopback's segments of 64 KiB do not fit into small buffers at
/// all: then the kernel sends a probe five times a second, and nothing else.
void make_segments_small(int socket, const DelayProxyOptions& options) {
  if (options.socket_buffers == 0) return;
  constexpr int usual = 1460, least = 128;
  const int size = std::clamp(options.socket_buffers / 4, least, usual);
  if (::setsockopt(socket, IPPROTO_TCP, TCP_MAXSEG, &size, sizeof size) != 0)
    complain("the size of segments was not set", std::strerror(errno));
}

Rewrite passive_rewrite(asio::io_context& loop, Options options);

asio::awaitable<void> serve(asio::io_context& loop, Options options, Tcp::socket accepted) {
  const auto pair = std::make_shared<Pair>(loop, options, std::move(accepted));
  const Tcp::endpoint server(asio::ip::make_address(options->host), options->port);
  pair->server.open(server.protocol());
  make_segments_small(pair->server.native_handle(), *options);
  const auto [error] = co_await pair->server.async_connect(server, quietly);
  if (error) co_return reset(pair->client);
  set_up(pair->client, *options);
  set_up(pair->server, *options);
  Rewrite rewrite;
  if (options->ftp) rewrite = passive_rewrite(loop, options);
  asio::co_spawn(loop, gather(pair, &pair->client, &pair->up, std::nullopt, nullptr), tell_failure);
  asio::co_spawn(loop,
                 gather(pair, &pair->server, &pair->down, options->cut_after, std::move(rewrite)),
                 tell_failure);
  asio::co_spawn(loop, deliver(pair, &pair->server, &pair->up), tell_failure);
  asio::co_spawn(loop, deliver(pair, &pair->client, &pair->down), tell_failure);
}

/// One data connection.
asio::awaitable<void> accept_once(asio::io_context& loop, Options options, Tcp::acceptor acceptor) {
  auto [error, socket] = co_await acceptor.async_accept(quietly);
  if (error) co_return complain("a data connection was not taken", error.message());
  asio::co_spawn(loop, serve(loop, options, std::move(socket)), tell_failure);
}

Rewrite passive_rewrite(asio::io_context& loop, Options options) {
  return [&loop, options](std::vector<std::byte>& bytes) {
    // Servers write an answer at once: it is not cut.
    std::string text(as_text(bytes));
    const auto named = find_passive_port(text);
    if (!named) return;
    auto data = std::make_shared<DelayProxyOptions>(*options);
    data->port = named->port;
    data->ftp = false;
    Tcp::acceptor acceptor(loop, Tcp::endpoint(asio::ip::make_address(options->listen_host), 0));
    text.replace(named->begin, named->end - named->begin,
                 named->naming(acceptor.local_endpoint().port()));
    const Bytes changed = as_bytes(text);
    bytes.assign(changed.begin(), changed.end());
    asio::co_spawn(loop, accept_once(loop, std::move(data), std::move(acceptor)), tell_failure);
  };
}

asio::awaitable<void> accept_all(asio::io_context& loop, Options options, Tcp::acceptor& acceptor) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(quietly);
    if (error) co_return;
    asio::co_spawn(loop, serve(loop, options, std::move(socket)), tell_failure);
  }
}

}  // namespace

void run_delay_proxy(const DelayProxyOptions& options) {
  asio::io_context loop{1};
  Tcp::acceptor acceptor(loop);
  try {
    const Tcp::endpoint here(asio::ip::make_address(options.listen_host), options.listen_port);
    acceptor.open(here.protocol());
    acceptor.set_option(Tcp::acceptor::reuse_address(true));
    make_segments_small(acceptor.native_handle(), options);
    acceptor.bind(here);
    acceptor.listen(1024);
  } catch (const boost::system::system_error& error) {
    throw Error(ErrorCode::config, "listen",
                fmt::format("{}:{}", options.listen_host, options.listen_port), error.what());
  }
  asio::signal_set signals(loop, SIGTERM, SIGINT);
  signals.async_wait([&loop](const boost::system::error_code&, int) { loop.stop(); });
  const auto shared = std::make_shared<const DelayProxyOptions>(options);
  asio::co_spawn(loop, accept_all(loop, shared, acceptor), tell_failure);
  print_line(fmt::format(R"({{"address":"{}","port":{},"pid":{}}})", options.listen_host,
                         acceptor.local_endpoint().port(), ::getpid()));
  loop.run();
}

}  // namespace sluice::lab
