#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/net/endpoint.hpp"
#include "sluice/net/tls_options.hpp"

namespace sluice::net {

class Transport;

/// The sessions that one endpoint gave us, for resumption (RFC 8446 section 2.2).
class TlsSessions;
std::shared_ptr<TlsSessions> make_tls_sessions();

/// A connected stream of bytes, TCP or TLS over it, for protocols other than HTTP. One reader and
/// one writer at a time. It has no timeouts of its own: put what waits under a deadline. Throws
/// Error{network, cancelled}.
class Stream {
 public:
  /// `subject`: what errors name.
  Stream(std::unique_ptr<Transport> transport, std::string subject);
  ~Stream();  ///< Closes.
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// All of them; they must stay where they are until then.
  Task<> write(Bytes bytes);
  /// At least one byte; the peer's end is an error.
  Task<std::size_t> read(MutableBytes buffer);
  /// Closes at once, in the middle of whatever waits, which fails.
  void shut();
  /// The same, but 0 at the peer's end, and at any later call.
  Task<std::size_t> read_or_end(MutableBytes buffer);
  /// Whether that end was cut off: TLS without the peer's farewell, so that anybody may have made
  /// it.
  bool cut_off() const { return cut_off_; }
  /// Tells the peer that nothing more will be written.
  Task<> end_writing();
  /// Whether a read would return at once: bytes, the end, or an error.
  bool readable();
  /// The peer's numeric address.
  std::string peer_address() const;
  /// Whether TLS took up a session of before again.
  bool resumed() const;

 private:
  friend class StreamConnector;
  std::unique_ptr<Transport> transport_;
  std::string subject_;
  bool cut_off_ = false;
};

/// Opens streams by name. Lives on the loop.
class StreamConnector {
 public:
  /// `tls` is for peers that want it (Endpoint::tls).
  explicit StreamConnector(Runtime& runtime, TlsOptions tls = {});
  ~StreamConnector();

  /// Tries each address of the host, all of them before `until`; the TLS handshake takes as long as
  /// it takes. Errors name `subject`: network, timeout, config (a file of the TLS options cannot be
  /// used), cancelled.
  Task<std::unique_ptr<Stream>> connect(Endpoint peer, std::string subject, SteadyTime until);

  /// TLS over a stream in the clear, for protocols that agree on it after they have begun. What was
  /// received before that is the caller's to refuse. Errors as connect() has them. `sessions`: to
  /// take one from and to keep new ones in; null: those of this connector.
  Task<std::unique_ptr<Stream>> secure(std::unique_ptr<Stream> plain, Endpoint peer,
                                       std::shared_ptr<TlsSessions> sessions = nullptr);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sluice::net
