#include "sluice/net/stream.hpp"

#include <optional>
#include <utility>

#include "net/tcp_connector.hpp"
#include "net/tls.hpp"
#include "net/transport.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::net {

Stream::Stream(std::unique_ptr<Transport> transport, std::string subject)
    : transport_(std::move(transport)), subject_(std::move(subject)) {}
Stream::~Stream() {
  if (transport_) transport_->close();
}

Task<> Stream::write(Bytes bytes) {
  boost::system::error_code failure;
  const bool sent = transport_->start_write(bytes, Bytes(), failure);
  if (!sent && !failure) co_await transport_->finish_write(failure);
  if (failure) throw error_from(failure, "sending", subject_);
}

Task<std::size_t> Stream::read(MutableBytes buffer) {
  boost::system::error_code failure;
  const std::size_t length = co_await transport_->read_some(buffer, failure);
  if (failure) throw error_from(failure, "receiving", subject_);
  co_return length;
}

void Stream::shut() {
  transport_->stop_writing();
  transport_->close();
}

Task<std::size_t> Stream::read_or_end(MutableBytes buffer) {
  boost::system::error_code failure;
  const std::size_t length = co_await transport_->read_some(buffer, failure);
  if (failure == net::cut_off) cut_off_ = true;
  if (failure == asio::error::eof || cut_off_) co_return 0;
  if (failure) throw error_from(failure, "receiving", subject_);
  co_return length;
}

Task<> Stream::end_writing() {
  boost::system::error_code failure;
  co_await transport_->end_writing(failure);
  if (failure) throw error_from(failure, "sending", subject_);
}

bool Stream::readable() {
  return transport_->readable();
}

std::string Stream::peer_address() const {
  boost::system::error_code failure;
  const auto peer = transport_->socket().remote_endpoint(failure);
  if (failure) throw error_from(failure, "looking at the peer's address", subject_);
  return peer.address().to_string();
}

bool Stream::resumed() const {
  return transport_->resumed();
}

struct StreamConnector::Parts {
  Parts(Runtime& runtime, TlsOptions options)
      : tcp(runtime), tls(runtime, std::move(options)), sessions(make_tls_sessions()) {}

  Task<std::unique_ptr<Transport>> open(Endpoint peer, SteadyTime until) {
    auto transport = co_await tcp.connect(peer, until);
    if (!peer.tls) co_return transport;
    co_return co_await wrap(std::move(transport), std::move(peer), sessions);
  }

  Task<std::unique_ptr<Transport>> wrap(std::unique_ptr<Transport> plain, Endpoint peer,
                                        std::shared_ptr<TlsSessions> to_resume) {
    Socket socket = std::move(plain->socket());
    co_return co_await tls.handshake(std::move(socket), tcp.traffic(), std::move(peer),
                                     std::move(to_resume));
  }

  TcpConnector tcp;
  TlsSetup tls;
  std::shared_ptr<TlsSessions> sessions;
};

namespace {

/// The parts name addresses of HTTP.
Error renamed(const Error& failure, std::string subject) {
  return Error(failure.code(), failure.operation(), std::move(subject), failure.message())
      .with_retryable(failure.retryable());
}

}  // namespace

StreamConnector::StreamConnector(Runtime& runtime, TlsOptions tls)
    : parts_(std::make_unique<Parts>(runtime, std::move(tls))) {}
StreamConnector::~StreamConnector() = default;

Task<std::unique_ptr<Stream>> StreamConnector::connect(Endpoint peer, std::string subject,
                                                       SteadyTime until) {
  std::unique_ptr<Transport> transport;
  std::optional<Error> failure;
  try {
    transport = co_await parts_->open(std::move(peer), until);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure) throw renamed(*failure, std::move(subject));
  co_return std::make_unique<Stream>(std::move(transport), std::move(subject));
}

Task<std::unique_ptr<Stream>> StreamConnector::secure(std::unique_ptr<Stream> plain, Endpoint peer,
                                                      std::shared_ptr<TlsSessions> sessions) {
  if (!sessions) sessions = parts_->sessions;
  std::string subject = plain->subject_;
  std::unique_ptr<Transport> transport = std::move(plain->transport_);
  std::optional<Error> failure;
  try {
    transport = co_await parts_->wrap(std::move(transport), std::move(peer), std::move(sessions));
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure) throw renamed(*failure, std::move(subject));
  co_return std::make_unique<Stream>(std::move(transport), std::move(subject));
}

}  // namespace sluice::net
