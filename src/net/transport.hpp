#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <memory>

#include "sluice/async/task.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice::net {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

/// Bytes moved; one for a whole client.
struct Traffic {
  std::uint64_t sent = 0, received = 0;
};

/// A connected stream of bytes: TCP, or TLS over it. One reader and one writer at a time. Failures
/// of the socket are error codes (the connection knows whether it was broken off on purpose);
/// failures of TLS itself are thrown as Error.
class Transport {
 public:
  Transport(Socket socket, std::shared_ptr<Traffic> total);
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// At least one byte; 0 with asio::error::eof at an orderly end, with `cut_off` when TLS ended
  /// without its farewell.
  virtual Task<std::size_t> read_some(MutableBytes buffer, boost::system::error_code& result) = 0;
  /// Begins to send both, without waiting. True if all is sent; if not (and there is no error),
  /// finish_write() sends the rest, and the bytes must stay where they are until then.
  virtual bool start_write(Bytes first, Bytes second, boost::system::error_code& result) = 0;
  virtual Task<> finish_write(boost::system::error_code& result) = 0;
  /// Whether a read would return something, or the end, or an error, at once.
  virtual bool readable() = 0;
  /// What has arrived, without waiting; 0 if nothing has, at the end, and where it cannot be told
  /// (TLS).
  virtual std::size_t read_now(MutableBytes) { return 0; }
  /// Says goodbye before the socket is closed, without waiting.
  virtual void farewell() noexcept {}
  /// Tells the peer that nothing more will be written; what it sends can still be read.
  virtual Task<> end_writing(boost::system::error_code& result);
  /// Whether a TLS session of before was taken up again.
  virtual bool resumed() const { return false; }

  Socket& socket() { return socket_; }
  /// Ends pending operations with operation_aborted; the stream stays usable.
  void interrupt() noexcept;
  /// The same for writing, and for good: a write that goes on between two waits ends, too.
  void stop_writing() noexcept;
  void close() noexcept;

  std::uint64_t sent() const { return own_.sent; }
  std::uint64_t received() const { return own_.received; }

 protected:
  bool writing_stopped() const { return writing_stopped_; }
  void note_sent(std::size_t bytes);
  void note_received(std::size_t bytes);
  /// Whether the kernel has something to read for this socket (data, the end, or an error).
  bool socket_readable();

 private:
  Socket socket_;
  std::shared_ptr<Traffic> total_;
  Traffic own_;
  bool writing_stopped_ = false;
};

/// The result of reading a TLS stream that ended without close_notify: what came last may have been
/// cut short by anybody.
inline const boost::system::error_code cut_off =
    asio::error::make_error_code(asio::error::shut_down);

std::unique_ptr<Transport> make_tcp_transport(Socket socket, std::shared_ptr<Traffic> total);

}  // namespace sluice::net
