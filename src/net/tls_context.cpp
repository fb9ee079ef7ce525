#include "net/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "net/tls_stream.hpp"
#include "sluice/core/error.hpp"

namespace sluice::net {
namespace {

// Two TLS 1.3 tickets come with each full handshake; more than a few connections are seldom opened
// at once.
constexpr std::size_t most_sessions = 16;
// Some records of a large answer come with one system call. Given back while nothing comes.
constexpr std::size_t read_buffer_size = 64 << 10;

void require_readable(const std::string& file, const char* what) {
  const std::ifstream probe(file);
  if (probe) return;
  throw Error(ErrorCode::config, what, file, std::generic_category().message(errno));
}

int keep_session(SSL* ssl, SSL_SESSION* session) {
  auto* stream = static_cast<TlsStream*>(SSL_get_app_data(ssl));
  stream->keep_session(SessionPointer(session));
  return 1;  // the reference is ours now
}

// Without it OpenSSL would ask on the terminal.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

}  // namespace

std::string take_openssl_message() {
  const unsigned long first = ERR_get_error();
  ERR_clear_error();
  const char* reason = first == 0 ? nullptr : ERR_reason_error_string(first);
  return reason ? reason : "unknown TLS error";
}

TlsContext::TlsContext(const TlsOptions& options)
    : context_(SSL_CTX_new(TLS_client_method())), socket_method_(make_socket_method()) {
  if (!context_ || !socket_method_)
    throw Error(ErrorCode::internal, "TLS", "", take_openssl_message());
  SSL_CTX* context = context_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  if (!options.tls13) SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  // Whole records with one system call, instead of one for a record's header and one for the rest.
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, read_buffer_size);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, keep_session);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
  SSL_CTX_set_verify(context, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  offer_protocol(options.application_protocol);
  if (options.verify) load_authorities(options);
  load_client_certificate(options);
}

void TlsContext::offer_protocol(const std::string& name) {
  if (name.empty()) return;
  // RFC 7301 section 3.1: each name follows its length.
  const std::string list = static_cast<char>(name.size()) + name;
  const auto* bytes = reinterpret_cast<const unsigned char*>(list.data());
  if (SSL_CTX_set_alpn_protos(context_.get(), bytes, static_cast<unsigned>(list.size())) != 0)
    throw Error(ErrorCode::internal, "TLS", "", take_openssl_message());
}

void TlsContext::load_authorities(const TlsOptions& options) {
  // A CA file may name the server's own certificate or an intermediate one: what the user trusts
  // ends the chain.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context_.get()), X509_V_FLAG_PARTIAL_CHAIN);
  if (options.ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(context_.get()) == 1) return;
    throw Error(ErrorCode::config, "loading the system's CA certificates", "",
                take_openssl_message());
  }
  require_readable(options.ca_file, "CA file");
  if (SSL_CTX_load_verify_file(context_.get(), options.ca_file.c_str()) == 1) return;
  throw Error(ErrorCode::config, "CA file", options.ca_file,
              "no PEM certificate in it: " + take_openssl_message());
}

void TlsContext::load_client_certificate(const TlsOptions& options) {
  const std::string& certificate = options.client_certificate;
  const std::string& key = options.client_key;
  if (certificate.empty() && key.empty()) return;
  if (certificate.empty() || key.empty()) {
    throw Error(ErrorCode::config, "TLS client certificate", certificate + key,
                "certificate and key must both be given");
  }
  require_readable(certificate, "TLS client certificate");
  require_readable(key, "TLS client key");
  if (SSL_CTX_use_certificate_chain_file(context_.get(), certificate.c_str()) != 1) {
    throw Error(ErrorCode::config, "TLS client certificate", certificate, take_openssl_message());
  }
  if (SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw Error(ErrorCode::config, "TLS client key", key,
                take_openssl_message() +
                    " (keys under a passphrase cannot be used; it must belong to the certificate)");
  }
}

void TlsSessions::keep(SessionPointer session) {
  if (sessions_.size() == most_sessions) sessions_.erase(sessions_.begin());
  sessions_.push_back(std::move(session));
}

SessionPointer TlsSessions::take() {
  while (!sessions_.empty()) {
    SSL_SESSION* last = sessions_.back().get();
    if (SSL_SESSION_is_resumable(last) == 1 &&
        SSL_SESSION_get_protocol_version(last) < TLS1_3_VERSION) {
      SSL_SESSION_up_ref(last);
      return SessionPointer(last);
    }
    SessionPointer session = std::move(sessions_.back());
    sessions_.pop_back();
    if (SSL_SESSION_is_resumable(last) == 1) return session;
  }
  return nullptr;
}

std::shared_ptr<TlsSessions> make_tls_sessions() {
  return std::make_shared<TlsSessions>();
}

}  // namespace sluice::net
