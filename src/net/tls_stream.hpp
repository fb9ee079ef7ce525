#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/tls_context.hpp"
#include "net/transport.hpp"
#include "sluice/async/turn.hpp"
#include "sluice/net/endpoint.hpp"

namespace sluice::net {

/// TLS by OpenSSL straight on the socket: records are read and decrypted without a copy of ours in
/// between.
class TlsStream final : public Transport {
 public:
  TlsStream(Socket socket, std::shared_ptr<Traffic> total,
            std::shared_ptr<const TlsContext> context, std::shared_ptr<TlsSessions> sessions,
            Endpoint peer);

  /// Throws Error; `result` is the socket's failure.
  Task<> handshake(LoopTurn& turn, boost::system::error_code& result);

  Task<std::size_t> read_some(MutableBytes buffer, boost::system::error_code& result) override;
  bool start_write(Bytes first, Bytes second, boost::system::error_code& result) override;
  Task<> finish_write(boost::system::error_code& result) override;
  bool readable() override;
  void farewell() noexcept override;
  Task<> end_writing(boost::system::error_code& result) override;
  bool resumed() const override;

  void keep_session(SessionPointer session);

  // For the BIO.
  int receive(char* data, int length, bool& again);
  int transmit(const char* data, int length, bool& again);
  bool at_end() const { return at_end_; }

 private:
  enum class Step { done, wait_read, wait_write, end, failed };

  void prepare();
  Step step_of(int returned);
  Step read_step(MutableBytes buffer, std::size_t& count);
  Step write_step();
  Step write_from(Bytes& rest);
  Step flush();
  int send_some(const char* data, std::size_t length, bool& again);
  Task<> wait_for(Step step, boost::system::error_code& result);
  boost::system::error_code failure();
  [[noreturn]] void fail_handshake() const;

  std::shared_ptr<const TlsContext> context_;
  std::shared_ptr<TlsSessions> sessions_;
  Endpoint peer_;
  SslPointer ssl_;
  boost::system::error_code socket_error_;
  bool at_end_ = false;
  std::vector<std::byte> gathered_;  // a head with a small body, to go in one record
  Bytes rest_first_, rest_second_;
  bool gathering_ = false;      // records pile up in outgoing_
  std::vector<char> outgoing_;  // records that go out with one system call
  std::size_t outgoing_sent_ = 0;
  unsigned turns_ = 0;
};

}  // namespace sluice::net
