#include "http/connection.hpp"

#include <sys/sendfile.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "http/chunked.hpp"
#include "http/date_field.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using PlainStream = Tcp::socket;
using TlsStream = asio::ssl::stream<Tcp::socket>;
template <class T = void>
using Awaitable = asio::awaitable<T>;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t first_read_bytes = 8 * 1024;
constexpr std::size_t body_block_bytes = 256 * 1024;
/// Below this, copying a body behind its head into one buffer is cheaper than a second element to
/// send.
constexpr std::size_t small_body_bytes = 16 * 1024;
/// Of a body nobody wants, so much is read to keep the connection; above it, answering and closing
/// is cheaper.
constexpr std::uint64_t unwanted_body_bytes = 8 * 1024 * 1024;

/// The peer has gone; ends the connection without a word.
struct Disconnected {};

template <class Stream>
class StreamConnection final : public Connection {
 public:
  StreamConnection(Stream stream, HttpService& service, ConnectionCounts& counts)
      : stream_(std::move(stream)),
        timer_(stream_.get_executor()),
        service_(service),
        counts_(counts) {
    counts_.on_open();
  }
  ~StreamConnection() override { counts_.on_close(); }

  Awaitable<> run() override {
    try {
      co_await handshake();
      while (co_await serve_one()) {
      }
    } catch (const Disconnected&) {
      // Nothing to tell anybody: clients leave when they like.
    }
    close();
  }

  void stop() override {
    stopped_ = true;
    timer_.cancel();
    close();
  }

 private:
  static constexpr bool is_plain = std::is_same_v<Stream, PlainStream>;

  Tcp::socket& socket() {
    if constexpr (is_plain)
      return stream_;
    else
      return stream_.next_layer();
  }

  void close() {
    boost::system::error_code ignored;  // the peer may have closed first
    socket().close(ignored);
  }

  Awaitable<> handshake() {
    if constexpr (!is_plain) {
      auto [error] = co_await stream_.async_handshake(asio::ssl::stream_base::server, as_result);
      if (error) throw Disconnected{};
    }
    co_return;
  }

  Awaitable<std::size_t> read_some(asio::mutable_buffer buffer) {
    auto [error, size] = co_await stream_.async_read_some(buffer, as_result);
    if (error || size == 0) throw Disconnected{};
    counts_.bytes_in += size;
    co_return size;
  }

  template <class Buffers>
  Awaitable<> write_all(Buffers buffers) {
    auto [error, size] = co_await asio::async_write(stream_, buffers, as_result);
    counts_.bytes_out += size;
    if (error) throw Disconnected{};
  }

  /// Moves on to the next request; false at the end of the connection.
  Awaitable<bool> serve_one() {
    std::optional<Response> refused;
    try {
      const bool any = co_await read_head();
      if (!any) co_return false;
      co_return co_await answer();
    } catch (const BadRequest& bad) {
      refused.emplace(plain_refusal(bad.status(), bad.what()));
    }
    co_await send(std::move(*refused));
    co_return false;
  }

  /// Fills `in_` until a whole head is parsed. False if the peer left between two requests.
  Awaitable<bool> read_head() {
    in_.erase(0, std::exchange(used_, 0));
    in_.append(std::exchange(next_, {}));
    for (;;) {
      if (in_.starts_with("\r\n"))
        in_.erase(0, 2);  // RFC 9112 section 2.2: tolerated before a request line
      const auto length = parse_request_head(in_, head_);
      if (length) {
        used_ = *length;
        co_return true;
      }
      const auto had = in_.size();
      in_.resize(std::max(had + had / 2, had + first_read_bytes));
      auto [error, size] = co_await stream_.async_read_some(
          asio::buffer(in_.data() + had, in_.size() - had), as_result);
      in_.resize(had + size);
      if (error || size == 0) co_return false;
      counts_.bytes_in += size;
    }
  }

  Awaitable<bool> answer() {
    const auto framing = framing_of(head_);
    auto exchange = service_.begin(head_);
    const bool expects =
        !framing.empty() && same_name(head_.value_or_empty("expect"), "100-continue");
    bool close_after = !head_.persistent;
    const bool unwanted = !exchange->wants_body();
    if (unwanted && (expects || framing.length > unwanted_body_bytes)) {
      close_after = true;  // the body may or may not follow: only a new connection is in step
    } else if (!framing.empty()) {
      if (expects)
        co_await write_all(asio::buffer(std::string_view("HTTP/1.1 100 Continue\r\n\r\n")));
      co_await read_body(framing, *exchange);
    }
    if (exchange->delay() > Duration::zero()) co_await sleep(exchange->delay());
    auto response = exchange->finish();
    if (close_after) response.close = true;
    const bool keep = !response.close;
    co_await send(std::move(response));
    if (!keep && unwanted) co_await linger();
    co_return keep;
  }

  Awaitable<> sleep(Duration delay) {
    timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(delay));
    auto [error] = co_await timer_.async_wait(as_result);
    if (error || stopped_) throw Disconnected{};
  }

  Awaitable<> read_body(BodyFraming framing, Exchange& exchange) {
    if (framing.chunked)
      co_await read_chunked_body(exchange);
    else
      co_await read_sized_body(framing.length, exchange);
  }

  Awaitable<> read_sized_body(std::uint64_t length, Exchange& exchange) {
    const auto ready =
        static_cast<std::size_t>(std::min<std::uint64_t>(length, in_.size() - used_));
    if (ready > 0) exchange.write(as_bytes(in_).subspan(used_, ready));
    length -= ready;
    // The next request's first bytes, if any, stay behind the head and this body.
    in_.erase(used_, ready);
    if (length == 0) co_return;
    std::vector<std::byte> block(
        static_cast<std::size_t>(std::min<std::uint64_t>(length, body_block_bytes)));
    while (length > 0) {
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length, block.size()));
      const auto size = co_await read_some(asio::buffer(block.data(), wanted));
      exchange.write(Bytes(block).first(size));
      length -= size;
    }
  }

  Awaitable<> read_chunked_body(Exchange& exchange) {
    ChunkedParser parser;
    std::string pending = in_.substr(used_);
    in_.resize(used_);
    std::size_t at = 0;
    while (!parser.done()) {
      const auto event = parser.next(as_bytes(pending).subspan(at));
      at += event.consumed;
      if (event.kind == ChunkedParser::Kind::data) exchange.write(event.data);
      if (event.kind != ChunkedParser::Kind::need_more || at < pending.size()) continue;
      pending.resize(body_block_bytes);
      const auto size = co_await read_some(asio::buffer(pending));
      pending.resize(size);
      at = 0;
    }
    // Not into `in_`: growing it would move the head that the exchange still looks at.
    next_.assign(pending, at);
  }

  Awaitable<> send(Response response) {
    out_.clear();
    append_response_head(out_, response, date_field_now());
    if (response.head_only) {
      co_await write_all(asio::buffer(out_));
    } else if (!response.content) {
      co_await send_with_head(as_bytes(response.body));
    } else if (response.length == 0) {
      co_await write_all(asio::buffer(out_));
    } else {
      co_await send_content(response);
    }
  }

  Awaitable<> send_with_head(Bytes body) {
    if (body.size() <= small_body_bytes) {
      out_.append(as_text(body));
      co_await write_all(asio::buffer(out_));
    } else {
      const std::array<asio::const_buffer, 2> both{asio::buffer(out_),
                                                   asio::buffer(body.data(), body.size())};
      co_await write_all(both);
    }
  }

  Awaitable<> send_content(const Response& response) {
    const auto part = response.content->slice(response.offset, response.length);
    bool head_is_sent = false;
    for (const auto& piece : part.pieces()) {
      if (piece.blob->view(piece.offset).empty()) {
        if (!std::exchange(head_is_sent, true)) co_await write_all(asio::buffer(out_));
        co_await send_file_piece(piece);
        continue;
      }
      for (std::uint64_t done = 0; done < piece.length;) {
        auto bytes = piece.blob->view(piece.offset + done);
        bytes = bytes.first(
            static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), piece.length - done)));
        if (!std::exchange(head_is_sent, true))
          co_await send_with_head(bytes);
        else
          co_await write_all(asio::buffer(bytes.data(), bytes.size()));
        done += bytes.size();
      }
    }
  }

  Awaitable<> send_file_piece(const Piece& piece) {
    const Descriptor file(piece.blob->open());
    if constexpr (is_plain) {
      co_await send_by_kernel(file.get(), piece);
    } else {
      std::vector<std::byte> block(
          static_cast<std::size_t>(std::min<std::uint64_t>(piece.length, body_block_bytes)));
      for (std::uint64_t done = 0; done < piece.length;) {
        const auto wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), piece.length - done));
        const auto got =
            ::pread(file.get(), block.data(), wanted, static_cast<off_t>(piece.offset + done));
        if (got <= 0)
          throw Disconnected{};  // the announced length cannot be kept: break off, as S3 does
        co_await write_all(asio::buffer(block.data(), static_cast<std::size_t>(got)));
        done += static_cast<std::uint64_t>(got);
      }
    }
  }

  Awaitable<> send_by_kernel(int file, Piece piece) {
    socket().native_non_blocking(true);
    auto offset = static_cast<off_t>(piece.offset);
    const auto end = static_cast<off_t>(piece.offset + piece.length);
    while (offset < end) {
      const auto sent = ::sendfile(socket().native_handle(), file, &offset,
                                   static_cast<std::size_t>(end - offset));
      if (sent > 0) {
        counts_.bytes_out += static_cast<std::uint64_t>(sent);
      } else if (sent < 0 && errno == EAGAIN) {
        auto [error] = co_await socket().async_wait(Tcp::socket::wait_write, as_result);
        if (error) throw Disconnected{};
      } else if (sent == 0 || errno != EINTR) {
        throw Disconnected{};
      }
    }
  }

  /// Closing while the peer still sends would reset the connection and take the answer with it:
  /// read on for a while.
  Awaitable<> linger() {
    boost::system::error_code ignored;
    if constexpr (is_plain) socket().shutdown(Tcp::socket::shutdown_send, ignored);
    std::vector<std::byte> block(body_block_bytes);
    for (std::uint64_t dropped = 0; dropped < 4 * unwanted_body_bytes;)
      dropped += co_await read_some(asio::buffer(block));
  }

  Stream stream_;
  asio::steady_timer timer_;
  HttpService& service_;
  ConnectionCounts& counts_;
  RequestHead head_;
  std::string in_;  ///< The head being served, then bytes not used yet.
  std::size_t used_ =
      0;  ///< The head's length in `in_`; it stays until the next request, as `head_` views it.
  std::string next_;  ///< Bytes of the next request that came with the last chunk.
  std::string out_;
  bool stopped_ = false;
};

}  // namespace

std::unique_ptr<Connection> make_plain_connection(Tcp::socket socket, HttpService& service,
                                                  ConnectionCounts& counts) {
  return std::make_unique<StreamConnection<PlainStream>>(std::move(socket), service, counts);
}

std::unique_ptr<Connection> make_tls_connection(Tcp::socket socket, asio::ssl::context& context,
                                                HttpService& service, ConnectionCounts& counts) {
  return std::make_unique<StreamConnection<TlsStream>>(TlsStream(std::move(socket), context),
                                                       service, counts);
}

}  // namespace sluice::lab
