#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sluice/async/byte_stream.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/net/endpoint.hpp"
#include "sluice/net/header_list.hpp"

namespace sluice::net {

/// A request as it goes on the wire. Host, Content-Length, Connection and User-Agent are the
/// client's to write.
struct HttpRequest {
  Endpoint endpoint;
  std::string method = "GET";
  std::string target = "/";  ///< Sent byte for byte; never normalised or encoded again.
  HeaderList headers;
  /// The body: bytes that the caller keeps until send() returns, or a reader of exactly `body_size`
  /// bytes.
  Bytes body;
  ByteReader* body_reader = nullptr;
  std::uint64_t body_size = 0;  ///< With body_reader only.
  /// Send "Expect: 100-continue" and wait for the peer's word (at most ~1 s) before the body, RFC
  /// 9110 section 10.1.1.
  bool expect_continue = false;
  /// Whether it may be sent again when a kept connection fails before anything was answered (see
  /// send()). Off where having been carried out unheard changes what a second one is answered.
  bool resend = true;
  bool bypass_proxy = false;  ///< Metadata services are never asked through a proxy.
  /// Whether Http1Options::minimum_bytes holds for this exchange. Off for requests whose answer
  /// trickles while the peer works (S3 CompleteMultipartUpload and CopyObject send white space
  /// meanwhile); the idle timeout and the deadline still hold.
  bool minimum_progress = true;
};

/// A response whose head has arrived; the body is pulled. It holds its connection: reading it to
/// the end gives a clean connection back, destroying it earlier closes the connection.
class HttpResponse {
 public:
  /// The rest of the message, made by a client (or a fake in tests).
  class Body {
   public:
    virtual ~Body() = default;
    virtual Task<std::size_t> read(
        MutableBytes buffer) = 0;  ///< 0 at the end; throws Error{network} if cut short.
    /// What is there already; 0 says nothing.
    virtual std::size_t take_ready(MutableBytes) { return 0; }
  };

  HttpResponse(int status, HeaderList headers, std::optional<std::uint64_t> content_length,
               std::unique_ptr<Body> body)
      : status_(status),
        headers_(std::move(headers)),
        content_length_(content_length),
        body_(std::move(body)) {}

  int status() const { return status_; }
  const HeaderList& headers() const { return headers_; }
  std::string_view header(std::string_view name) const {
    return headers_.find(name).value_or(std::string_view());
  }
  /// The body's length if it was announced.
  std::optional<std::uint64_t> content_length() const { return content_length_; }

  /// At least one byte; 0 at the end. Errors: network (cut short), timeout (idle or too slow),
  /// protocol, cancelled.
  Task<std::size_t> read(MutableBytes buffer) { return body_->read(buffer); }
  /// Bytes that have arrived, without waiting; 0 if there are none, or if read() must look.
  std::size_t take_ready(MutableBytes buffer) { return body_->take_ready(buffer); }
  /// The whole body. Throws Error{protocol} when it is longer than `limit` bytes.
  Task<std::string> read_all(std::size_t limit);

 private:
  int status_;
  HeaderList headers_;
  std::optional<std::uint64_t> content_length_;
  std::unique_ptr<Body> body_;
};

struct HttpStats {
  std::uint64_t requests = 0;
  std::uint64_t connections_opened = 0;
  std::uint64_t bytes_sent = 0, bytes_received = 0;
};

/// One attempt at one exchange: no retry, no redirect, no decoding of content codings.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Sends and returns when the response's head is there. An answer that comes before the body was
  /// sent ends the sending. Errors: network (resolve, connect, TLS, broken off), timeout (connect,
  /// idle, minimum progress, context.deadline), protocol (what came is no HTTP or over the limits),
  /// cancelled. A request sent on a kept connection that the peer had closed meanwhile is sent
  /// again once on a new connection if nothing was answered and the body can be replayed.
  virtual Task<HttpResponse> send(OpContext context, const HttpRequest& request) = 0;
  virtual HttpStats stats() const = 0;
  /// Closes idle connections and waits for those in use.
  virtual Task<void> close() = 0;
};

}  // namespace sluice::net
