#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "http/request_head.hpp"
#include "http/response.hpp"
#include "http/wire_faults.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice::lab {

/// One request being answered. The connection calls write() for each piece of the body, then
/// finish() once.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// False when the answer is known from the head alone; the body is then dropped and not worth a
  /// "100 Continue".
  virtual bool wants_body() const = 0;
  virtual void write(Bytes piece) = 0;
  virtual Response finish() = 0;
  /// Whether the answer comes from elsewhere: wait() is then called in the place of finish().
  virtual bool waits() const { return false; }
  virtual boost::asio::awaitable<Response> wait() { co_return finish(); }
  /// What is to go wrong on the wire; null: nothing. Does not change after begin().
  virtual const WireFaults* faults() const { return nullptr; }
};

/// What a server serves. Called on the loop; must not block for long. No member function may throw
/// anything but BadRequest: a service turns its own failures into answers.
class HttpService {
 public:
  virtual ~HttpService() = default;
  /// `head` and the buffer behind it outlive the exchange.
  virtual std::unique_ptr<Exchange> begin(const RequestHead& head) = 0;
};

}  // namespace sluice::lab
