#pragma once

#include <cstdint>
#include <optional>

#include "sluice/core/time.hpp"

namespace sluice::lab {

/// How an exchange is broken off.
enum class WireEnd : std::uint8_t {
  none,
  reset,  ///< TCP RST.
  close,  ///< FIN without TLS's close_notify, too early.
  stall,  ///< Nothing more is sent or read, until the peer gives up.
};

/// Where it happens, in the order of an exchange.
enum class WirePlace : std::uint8_t {
  request,  ///< The head was read; nothing was done.
  upload,   ///< Inside the request's body; nothing was done.
  answer,   ///< The request was carried out; not a byte of the answer is sent.
  head,     ///< Half of the answer's head is sent.
  body,     ///< A part of the answer's body is sent.
  end,      ///< The whole answer was sent, and has arrived.
};

/// What goes wrong with the bytes of one request and its answer.
struct WireFaults {
  Duration delay{};                 ///< Slept before the answer.
  std::uint64_t upload_rate = 0;    ///< Bytes a second that are read of the request's body; 0: all.
  std::uint64_t download_rate = 0;  ///< Bytes a second that are sent; 0: all.
  Duration trickle{};               ///< Between two bytes of the answer's body.
  WireEnd end = WireEnd::none;
  WirePlace place = WirePlace::body;
  std::optional<std::uint64_t> at;  ///< Bytes of the body before `end`; without it, half of them.
  std::uint64_t extra_bytes = 0;    ///< Sent after the body, beyond its Content-Length.
  bool corrupt = false;             ///< One byte of the answer's body is another.
  bool no_continue = false;         ///< "100 Continue" is never sent.

  bool ends_at(WirePlace where) const { return end != WireEnd::none && place == where; }
  /// The request is not carried out at all.
  bool ends_before_effect() const {
    return end != WireEnd::none && (place == WirePlace::request || place == WirePlace::upload);
  }
  bool delays_sending() const { return download_rate > 0 || trickle > Duration::zero(); }
  /// The answer does not go out in one piece as it is.
  bool changes_answer() const {
    return end != WireEnd::none || extra_bytes > 0 || corrupt || delays_sending();
  }
};

/// What is sent of an answer, and what then becomes of the connection.
struct SendPlan {
  std::uint64_t send = 0;                   ///< Bytes of head and body together.
  std::optional<std::uint64_t> corrupt_at;  ///< In the body.
  std::uint64_t extra_bytes = 0;
  WireEnd end = WireEnd::none;
};
SendPlan plan_sending(const WireFaults& faults, std::uint64_t head_bytes, std::uint64_t body_bytes);

/// Of a request's body of `length` bytes, what is read before an end inside it.
std::uint64_t upload_bytes_before_end(const WireFaults& faults, std::uint64_t length);

}  // namespace sluice::lab
