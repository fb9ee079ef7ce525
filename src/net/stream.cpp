#include "sluice/net/stream.hpp"

#include <optional>
#include <utility>

#include "net/tcp_connector.hpp"
#include "net/tls.hpp"
#include "net/transport.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::net {
namespace {

class TransportStream final : public Stream {
 public:
  TransportStream(std::unique_ptr<Transport> transport, std::string subject)
      : transport_(std::move(transport)), subject_(std::move(subject)) {}
  ~TransportStream() override {
    if (transport_) transport_->close();
  }
  TransportStream(const TransportStream&) = delete;
  TransportStream& operator=(const TransportStream&) = delete;

  Task<> write(Bytes bytes) override {
    boost::system::error_code failure;
    const bool sent = transport_->start_write(bytes, Bytes(), failure);
    if (!sent && !failure) co_await transport_->finish_write(failure);
    if (failure) throw error_from(failure, "sending", subject_);
  }

  Task<std::size_t> read(MutableBytes buffer) override {
    boost::system::error_code failure;
    const std::size_t length = co_await transport_->read_some(buffer, failure);
    if (failure) throw error_from(failure, "receiving", subject_);
    co_return length;
  }

  void shut() override {
    transport_->stop_writing();
    transport_->close();
  }

  Task<std::size_t> read_or_end(MutableBytes buffer) override {
    boost::system::error_code failure;
    const std::size_t length = co_await transport_->read_some(buffer, failure);
    if (failure == net::cut_off) cut_off_ = true;
    if (failure == asio::error::eof || cut_off_) co_return 0;
    if (failure) throw error_from(failure, "receiving", subject_);
    co_return length;
  }

  bool cut_off() const override { return cut_off_; }

  Task<> end_writing() override {
    boost::system::error_code failure;
    co_await transport_->end_writing(failure);
    if (failure) throw error_from(failure, "sending", subject_);
  }

  bool readable() override { return transport_->readable(); }

  std::string peer_address() const override {
    boost::system::error_code failure;
    const auto peer = transport_->socket().remote_endpoint(failure);
    if (failure) throw error_from(failure, "looking at the peer's address", subject_);
    return peer.address().to_string();
  }

  bool resumed() const override { return transport_->resumed(); }

  const std::string& subject() const { return subject_; }
  std::unique_ptr<Transport> release() { return std::move(transport_); }

 private:
  std::unique_ptr<Transport> transport_;
  std::string subject_;
  bool cut_off_ = false;
};

}  // namespace

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
  co_return std::make_unique<TransportStream>(std::move(transport), std::move(subject));
}

Task<std::unique_ptr<Stream>> StreamConnector::secure(std::unique_ptr<Stream> plain, Endpoint peer,
                                                      std::shared_ptr<TlsSessions> sessions) {
  if (!sessions) sessions = parts_->sessions;
  auto& own = dynamic_cast<TransportStream&>(*plain);  // by the contract of secure()
  std::string subject = own.subject();
  std::unique_ptr<Transport> transport = own.release();
  std::optional<Error> failure;
  try {
    transport = co_await parts_->wrap(std::move(transport), std::move(peer), std::move(sessions));
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure) throw renamed(*failure, std::move(subject));
  co_return std::make_unique<TransportStream>(std::move(transport), std::move(subject));
}

}  // namespace sluice::net
