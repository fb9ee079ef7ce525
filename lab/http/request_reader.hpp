#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "http/chunked.hpp"
#include "http/exchange.hpp"
#include "http/pace.hpp"
#include "http/wire.hpp"

namespace sluice::lab {

/// How a body is read: all of it at once, or as faults will have it.
struct BodyReading {
  std::uint64_t rate = 0;  ///< Bytes a second; 0: as they come.
  std::optional<std::uint64_t> stop_at;
};

/// Reads the requests of one connection, one after the other.
template <class Stream>
class RequestReader {
 public:
  explicit RequestReader(Wire<Stream>& wire) : wire_(wire) {}

  const RequestHead& head() const { return head_; }

  /// Reads until a whole head is parsed. False if the peer left between two requests. Throws
  /// BadRequest.
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
      const auto size =
          co_await wire_.read_or_end(boost::asio::buffer(in_.data() + had, in_.size() - had));
      in_.resize(had + size);
      if (size == 0) co_return false;
    }
  }

  /// False if `reading.stop_at` bytes were read, and not the whole body.
  Awaitable<bool> read_body(BodyFraming framing, Exchange& exchange, BodyReading reading) {
    reading_ = reading;
    read_ = 0;
    return framing.chunked ? read_chunked_body(exchange)
                           : read_sized_body(framing.length, exchange);
  }

 private:
  static constexpr std::size_t first_read_bytes = 8_KiB;
  static constexpr std::size_t body_block_bytes = 256_KiB;

  Awaitable<bool> read_sized_body(std::uint64_t length, Exchange& exchange) {
    const auto ready =
        static_cast<std::size_t>(std::min<std::uint64_t>(length, in_.size() - used_));
    if (ready > 0) exchange.write(as_bytes(in_).subspan(used_, ready));
    length -= ready;
    read_ += ready;
    // The next request's first bytes, if any, stay behind the head and this body.
    in_.erase(used_, ready);
    if (length == 0) co_return !stops();
    std::vector<std::byte> block(
        static_cast<std::size_t>(std::min<std::uint64_t>(length, body_block_bytes)));
    while (length > 0) {
      if (stops()) co_return false;
      const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(length, block.size()));
      const auto size = co_await read_some(boost::asio::buffer(block.data(), wanted));
      exchange.write(Bytes(block).first(size));
      length -= size;
    }
    co_return !stops();
  }

  Awaitable<bool> read_chunked_body(Exchange& exchange) {
    ChunkedParser parser;
    std::string pending = in_.substr(used_);
    in_.resize(used_);
    std::size_t at = 0;
    while (!parser.done()) {
      const auto event = parser.next(as_bytes(pending).subspan(at));
      at += event.consumed;
      if (event.kind == ChunkedParser::Kind::data) exchange.write(event.data);
      if (event.kind != ChunkedParser::Kind::need_more || at < pending.size()) continue;
      if (stops()) co_return false;
      pending.resize(body_block_bytes);
      const auto size = co_await read_some(boost::asio::buffer(pending));
      pending.resize(size);
      at = 0;
    }
    // Not into `in_`: growing it would move the head that the exchange still looks at.
    next_.assign(pending, at);
    co_return !stops();
  }

  bool stops() const { return reading_.stop_at && read_ >= *reading_.stop_at; }

  Awaitable<std::size_t> read_some(boost::asio::mutable_buffer buffer) {
    const bool as_it_comes = reading_.rate == 0 && !reading_.stop_at;
    return as_it_comes ? wire_.read_some(buffer) : read_paced(buffer);
  }

  Awaitable<std::size_t> read_paced(boost::asio::mutable_buffer buffer) {
    if (reading_.stop_at) buffer = boost::asio::buffer(buffer, *reading_.stop_at - read_);
    if (reading_.rate > 0) buffer = boost::asio::buffer(buffer, Pace::step(reading_.rate));
    const auto size = co_await wire_.read_some(buffer);
    read_ += size;
    if (reading_.rate > 0) {
      const auto go_on = pace_.after(size, reading_.rate, std::chrono::steady_clock::now());
      co_await wire_.sleep_until(go_on);
    }
    co_return size;
  }

  Wire<Stream>& wire_;
  RequestHead head_;
  std::string in_;  ///< The head being served, then bytes not used yet.
  std::size_t used_ =
      0;  ///< The head's length in `in_`; it stays until the next request, as `head_` views it.
  std::string next_;  ///< Bytes of the next request that came with the last chunk.
  BodyReading reading_;
  std::uint64_t read_ = 0;  ///< Bytes of the body, with its framing.
  Pace pace_;
};

}  // namespace sluice::lab
