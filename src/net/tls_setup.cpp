#include <utility>

#include "net/tls.hpp"
#include "net/tls_context.hpp"
#include "net/tls_stream.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"

namespace sluice::net {
namespace {

TlsStream& stream_of(BIO* bio) {
  return *static_cast<TlsStream*>(BIO_get_data(bio));
}

int read_socket(BIO* bio, char* data, int length) {
  BIO_clear_retry_flags(bio);
  bool again = false;
  const int count = stream_of(bio).receive(data, length, again);
  if (again) BIO_set_retry_read(bio);
  return count;
}

int write_socket(BIO* bio, const char* data, int length) {
  BIO_clear_retry_flags(bio);
  bool again = false;
  const int count = stream_of(bio).transmit(data, length, again);
  if (again) BIO_set_retry_write(bio);
  return count;
}

long control_socket(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return stream_of(bio).at_end() ? 1 : 0;
  return 0;
}

int create_socket(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

}  // namespace

BioMethodPointer make_socket_method() {
  BioMethodPointer method(
      BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "sluice socket"));
  if (!method) return method;
  BIO_meth_set_read(method.get(), read_socket);
  BIO_meth_set_write(method.get(), write_socket);
  BIO_meth_set_ctrl(method.get(), control_socket);
  BIO_meth_set_create(method.get(), create_socket);
  return method;
}

TlsSetup::TlsSetup(Runtime& runtime, TlsOptions options)
    : runtime_(runtime), options_(std::move(options)), loading_(runtime.executor(), 1) {}

TlsSetup::~TlsSetup() = default;

Task<std::shared_ptr<const TlsContext>> TlsSetup::context() {
  if (context_) co_return context_;
  const auto turn = co_await loading_.acquire();
  if (context_) co_return context_;
  auto job = [options = options_] { return std::make_shared<const TlsContext>(options); };
  context_ = co_await offload(runtime_.disk(), std::move(job));
  co_return context_;
}

Task<std::unique_ptr<Transport>> TlsSetup::handshake(Socket socket, std::shared_ptr<Traffic> total,
                                                     Endpoint peer,
                                                     std::shared_ptr<TlsSessions> sessions) {
  const auto shared = co_await context();
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(total), shared,
                                            std::move(sessions), peer);
  boost::system::error_code result;
  co_await stream->handshake(runtime_.turn(), result);
  if (result == cut_off) {
    throw Error(ErrorCode::network, "TLS handshake", peer.origin(),
                "the peer closed the connection");
  }
  if (result) throw error_from(result, "TLS handshake", peer.origin());
  co_return stream;
}

}  // namespace sluice::net
