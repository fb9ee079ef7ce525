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

/// The sessions that one endpoint gave us, for resumption (RFC 8446 section 2.2).
class TlsSessions;
std::shared_ptr<TlsSessions> make_tls_sessions();

/// A connected stream of bytes, TCP or TLS over it, for protocols other than HTTP. One reader and
/// one writer at a time. It has no timeouts of its own: put what waits under a deadline. Throws
/// Error{network, cancelled}.
class Stream {
 public:
  Stream() = default;
  virtual ~Stream() = default;  ///< Closes.
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// All of them; they must stay where they are until then.
  virtual Task<> write(Bytes bytes) = 0;
  /// At least one byte; the peer's end is an error.
  virtual Task<std::size_t> read(MutableBytes buffer) = 0;
  /// Closes at once, in the middle of whatever waits, which fails.
  virtual void shut() = 0;
  /// The same as read(), but 0 at the peer's end, and at any later call.
  virtual Task<std::size_t> read_or_end(MutableBytes buffer) = 0;
  /// Whether that end was cut off: TLS without the peer's farewell, so that anybody may have made
  /// it.
  virtual bool cut_off() const = 0;
  /// Tells the peer that nothing more will be written.
  virtual Task<> end_writing() = 0;
  /// Whether a read would return at once: bytes, the end, or an error.
  virtual bool readable() = 0;
  /// The peer's numeric address.
  virtual std::string peer_address() const = 0;
  /// Whether TLS took up a session of before again.
  virtual bool resumed() const = 0;
};

/// Opens streams; where it leads is the caller's affair.
class Dialler {
 public:
  Dialler() = default;
  virtual ~Dialler() = default;
  Dialler(const Dialler&) = delete;
  Dialler& operator=(const Dialler&) = delete;

  /// Tries each address of the host, all of them before `until`; the TLS handshake takes as long as
  /// it takes. Errors name `subject`: network, timeout, config (a file of the TLS options cannot be
  /// used), cancelled.
  virtual Task<std::unique_ptr<Stream>> connect(Endpoint peer, std::string subject,
                                                SteadyTime until) = 0;

  /// TLS over a stream in the clear of this dialler's, for protocols that agree on it after they
  /// have begun. What was received before that is the caller's to refuse. Errors as connect() has
  /// them. `sessions`: to take one from and to keep new ones in; null: those of this dialler.
  virtual Task<std::unique_ptr<Stream>> secure(std::unique_ptr<Stream> plain, Endpoint peer,
                                               std::shared_ptr<TlsSessions> sessions) = 0;
};

/// Opens streams over the network. Lives on the loop.
class StreamConnector final : public Dialler {
 public:
  /// `tls` is for peers that want it (Endpoint::tls).
  explicit StreamConnector(Runtime& runtime, TlsOptions tls = {});
  ~StreamConnector() override;

  Task<std::unique_ptr<Stream>> connect(Endpoint peer, std::string subject,
                                        SteadyTime until) override;
  Task<std::unique_ptr<Stream>> secure(std::unique_ptr<Stream> plain, Endpoint peer,
                                       std::shared_ptr<TlsSessions> sessions = nullptr) override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sluice::net
