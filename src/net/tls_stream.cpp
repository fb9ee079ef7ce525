#include "net/tls_stream.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <utility>

#include "sluice/core/error.hpp"

namespace sluice::net {
namespace {

constexpr std::size_t record_size = 16 << 10;
// How much one call moves before it lets others run: some 100 us of ciphering.
constexpr std::size_t most_at_once = 256 << 10;
// Records that are sent together: few system calls, and all of it in the processor's cache.
constexpr std::size_t gathered_most = 5 * record_size;

bool is_address(const std::string& host) {
  in6_addr address;
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

TlsStream::TlsStream(Socket socket, std::shared_ptr<Traffic> total,
                     std::shared_ptr<const TlsContext> context,
                     std::shared_ptr<TlsSessions> sessions, Endpoint peer)
    : Transport(std::move(socket), std::move(total)),
      context_(std::move(context)),
      sessions_(std::move(sessions)),
      peer_(std::move(peer)),
      ssl_(SSL_new(context_->get())) {
  prepare();
}

void TlsStream::prepare() {
  SSL* ssl = ssl_.get();
  BIO* bio = BIO_new(context_->socket_method());
  if (!ssl || !bio) throw Error(ErrorCode::internal, "TLS", peer_.origin(), take_openssl_message());
  BIO_set_data(bio, this);
  SSL_set_bio(ssl, bio, bio);
  SSL_set_app_data(ssl, this);
  // RFC 6066 section 3: literal addresses are not permitted in the server name.
  bool named = false;
  if (is_address(peer_.host)) {
    named = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), peer_.host.c_str()) == 1;
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    named = SSL_set1_host(ssl, peer_.host.c_str()) == 1 &&
            SSL_set_tlsext_host_name(ssl, peer_.host.c_str()) == 1;
  }
  if (!named) throw Error(ErrorCode::internal, "TLS", peer_.origin(), take_openssl_message());
  if (const SessionPointer session = sessions_->take()) SSL_set_session(ssl, session.get());
}

void TlsStream::keep_session(SessionPointer session) {
  sessions_->keep(std::move(session));
}

// --- the socket below OpenSSL
// ----------------------------------------------------------------------------------------------

int TlsStream::receive(char* data, int length, bool& again) {
  // After close() the descriptor's number may belong to another file.
  if (!socket().is_open()) {
    socket_error_ = asio::error::operation_aborted;
    return -1;
  }
  const auto count = ::recv(socket().native_handle(), data, static_cast<std::size_t>(length), 0);
  if (count > 0) return static_cast<int>(count);
  at_end_ = count == 0;
  again = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
  if (count < 0 && !again)
    socket_error_ = boost::system::error_code(errno, boost::system::system_category());
  return static_cast<int>(count);
}

int TlsStream::transmit(const char* data, int length, bool& again) {
  if (gathering_) {
    outgoing_.insert(outgoing_.end(), data, data + length);
    return length;
  }
  const Step step = flush();  // what was said first
  again = step == Step::wait_write;
  return step == Step::done ? send_some(data, static_cast<std::size_t>(length), again) : -1;
}

TlsStream::Step TlsStream::flush() {
  while (outgoing_sent_ < outgoing_.size()) {
    bool again = false;
    const int count =
        send_some(outgoing_.data() + outgoing_sent_, outgoing_.size() - outgoing_sent_, again);
    if (count < 0) return again ? Step::wait_write : Step::failed;
    outgoing_sent_ += static_cast<std::size_t>(count);
  }
  outgoing_.clear();
  outgoing_sent_ = 0;
  return Step::done;
}

int TlsStream::send_some(const char* data, std::size_t length, bool& again) {
  if (!socket().is_open()) {
    socket_error_ = asio::error::operation_aborted;
    return -1;
  }
  // OpenSSL's own socket BIO would raise SIGPIPE.
  const auto count = ::send(socket().native_handle(), data, length, MSG_NOSIGNAL);
  again = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
  if (count < 0 && !again)
    socket_error_ = boost::system::error_code(errno, boost::system::system_category());
  return static_cast<int>(count);
}

// --- steps
// -------------------------------------------------------------------------------------------------------------------

TlsStream::Step TlsStream::step_of(int returned) {
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_NONE:
      return Step::done;
    case SSL_ERROR_WANT_READ:
      return Step::wait_read;
    case SSL_ERROR_WANT_WRITE:
      return Step::wait_write;
    case SSL_ERROR_ZERO_RETURN:
      return Step::end;
    default:
      return Step::failed;
  }
}

Task<> TlsStream::wait_for(Step step, boost::system::error_code& result) {
  turns_ = 0;
  const auto what = step == Step::wait_read ? Socket::wait_read : Socket::wait_write;
  co_await socket().async_wait(what, asio::redirect_error(use_task, result));
}

/// Why the last step failed. TLS errors are thrown, failures of the socket returned.
boost::system::error_code TlsStream::failure() {
  if (socket_error_) return socket_error_;
  if (at_end_) {
    ERR_clear_error();
    return cut_off;
  }
  const int reason = ERR_GET_REASON(ERR_peek_error());
  // An alert is the peer's considered word (such as "certificate required"); anything else may be a
  // damaged record.
  const bool alert = reason >= SSL_AD_REASON_OFFSET;
  Error error(ErrorCode::network, "TLS", peer_.origin(), take_openssl_message());
  throw error.with_retryable(!alert);
}

void TlsStream::fail_handshake() const {
  const long verdict = SSL_get_verify_result(ssl_.get());
  std::string message = take_openssl_message();
  if (verdict != X509_V_OK) {
    message = std::string("the server's certificate is not trusted: ") +
              X509_verify_cert_error_string(verdict);
    const bool unknown_authority =
        verdict != X509_V_ERR_CERT_HAS_EXPIRED && verdict != X509_V_ERR_CERT_NOT_YET_VALID &&
        verdict != X509_V_ERR_HOSTNAME_MISMATCH && verdict != X509_V_ERR_IP_ADDRESS_MISMATCH;
    if (unknown_authority)
      message += " (if a private authority signed it, name its certificate by --ca-file)";
  }
  Error error(ErrorCode::network, "TLS handshake", peer_.origin(), std::move(message));
  throw error.with_retryable(false);
}

Task<> TlsStream::handshake(LoopTurn& turn, boost::system::error_code& result) {
  for (;;) {
    if (turn.over()) co_await turn.next();  // a step may take a good part of a millisecond
    ERR_clear_error();
    const Step step = step_of(SSL_connect(ssl_.get()));
    if (step == Step::done) co_return;
    if (step == Step::wait_read || step == Step::wait_write) {
      co_await wait_for(step, result);
      if (result) co_return;
      continue;
    }
    result = socket_error_;
    if (!result && at_end_) result = cut_off;
    if (result) co_return;
    fail_handshake();
  }
}

TlsStream::Step TlsStream::read_step(MutableBytes buffer, std::size_t& count) {
  const std::size_t most = std::min(buffer.size(), most_at_once);
  while (count < most) {
    ERR_clear_error();
    std::size_t part = 0;
    const int returned = SSL_read_ex(ssl_.get(), buffer.data() + count, most - count, &part);
    const Step step = returned == 1 ? Step::done : step_of(returned);
    if (step != Step::done) return step;
    count += part;
  }
  return Step::done;
}

Task<std::size_t> TlsStream::read_some(MutableBytes buffer, boost::system::error_code& result) {
  if (++turns_ % 4 == 0) co_await asio::post(socket().get_executor(), use_task);
  for (;;) {
    std::size_t count = 0;
    const Step step = read_step(buffer, count);
    note_received(count);
    // What follows the bytes (a wait, the end, a failure) shows again at the next read.
    if (count > 0) co_return count;
    if (step == Step::end) result = asio::error::eof;
    if (step == Step::failed) result = failure();
    if (result) co_return 0;
    co_await wait_for(step, result);
    if (result) co_return 0;
  }
}

TlsStream::Step TlsStream::write_from(Bytes& rest) {
  while (!rest.empty()) {
    if (outgoing_.size() > gathered_most) {
      if (const Step step = flush(); step != Step::done) return step;
    }
    ERR_clear_error();
    std::size_t part = 0;
    const int returned = SSL_write_ex(ssl_.get(), rest.data(), rest.size(), &part);
    const Step step = returned == 1 ? Step::done : step_of(returned);
    if (step != Step::done) return step;
    rest = rest.subspan(part);
    note_sent(part);
  }
  return Step::done;
}

TlsStream::Step TlsStream::write_step() {
  gathering_ = true;
  Step step = write_from(rest_first_);
  if (step == Step::done) step = write_from(rest_second_);
  gathering_ = false;
  return step == Step::done ? flush() : step;
}

bool TlsStream::start_write(Bytes first, Bytes second, boost::system::error_code& result) {
  rest_first_ = first;
  rest_second_ = second;
  if (!second.empty() && first.size() + second.size() <= record_size) {
    gathered_.assign(first.begin(), first.end());
    gathered_.insert(gathered_.end(), second.begin(), second.end());
    rest_first_ = gathered_;
    rest_second_ = {};
  }
  // Ciphering costs time: a large body is left to finish_write(), which takes turns with others.
  if (rest_second_.size() > most_at_once) return false;
  const Step step = write_step();
  if (step == Step::failed) result = failure();
  if (step == Step::end) result = asio::error::broken_pipe;
  return step == Step::done;
}

Task<> TlsStream::finish_write(boost::system::error_code& result) {
  while (!rest_first_.empty() || !rest_second_.empty() || !outgoing_.empty()) {
    const Bytes whole = rest_second_;
    rest_second_ = whole.first(std::min(whole.size(), most_at_once));
    const std::size_t piece = rest_second_.size();
    const Step step = write_step();
    const std::size_t sent = piece - rest_second_.size();
    rest_second_ = whole.subspan(sent);
    if (step == Step::failed) result = failure();
    if (step == Step::end) result = asio::error::broken_pipe;
    if (result) co_return;
    if (step == Step::done) {
      co_await asio::post(socket().get_executor(), use_task);
    } else {
      co_await wait_for(step, result);
    }
    if (!result && writing_stopped()) result = asio::error::operation_aborted;
    if (result) co_return;
  }
  if (outgoing_.capacity() > 2 * record_size) outgoing_ = {};
}

bool TlsStream::readable() {
  if (SSL_has_pending(ssl_.get()) == 0 && !socket_readable()) return false;
  // Session tickets and key updates are not for the reader; peeking deals with them.
  ERR_clear_error();
  char byte = 0;
  std::size_t count = 0;
  const int returned = SSL_peek_ex(ssl_.get(), &byte, 1, &count);
  return returned == 1 || step_of(returned) != Step::wait_read;
}

void TlsStream::farewell() noexcept {
  ERR_clear_error();
  // RFC 8446 section 6.1. Without it OpenSSL would also take the session for broken and never
  // resume it.
  if (!socket_error_ && SSL_is_init_finished(ssl_.get())) SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

Task<> TlsStream::end_writing(boost::system::error_code& result) {
  for (;;) {
    ERR_clear_error();
    const int returned = SSL_shutdown(ssl_.get());
    // 0: ours is sent, and the peer's has not come; that shows when it is read.
    if (returned >= 0) break;
    const Step step = step_of(returned);
    if (step == Step::failed) result = failure();
    if (step == Step::wait_read || step == Step::wait_write) co_await wait_for(step, result);
    if (result) co_return;
  }
  co_await Transport::end_writing(result);
}

bool TlsStream::resumed() const {
  return SSL_session_reused(ssl_.get()) == 1;
}

}  // namespace sluice::net
