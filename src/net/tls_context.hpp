#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <vector>

#include "sluice/net/tls_options.hpp"

namespace sluice::net {

template <auto Free>
struct OpensslFree {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using SslContextPointer = std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>>;
using SslPointer = std::unique_ptr<SSL, OpensslFree<SSL_free>>;
using SessionPointer = std::unique_ptr<SSL_SESSION, OpensslFree<SSL_SESSION_free>>;
using BioMethodPointer = std::unique_ptr<BIO_METHOD, OpensslFree<BIO_meth_free>>;

/// What all TLS connections of a client share.
class TlsContext {
 public:
  /// Reads the files that the options name; blocks. Throws Error{config} naming the file.
  explicit TlsContext(const TlsOptions& options);

  SSL_CTX* get() const { return context_.get(); }
  const BIO_METHOD* socket_method() const { return socket_method_.get(); }

 private:
  void offer_protocol(const std::string& name);
  void load_authorities(const TlsOptions& options);
  void load_client_certificate(const TlsOptions& options);

  SslContextPointer context_;
  BioMethodPointer socket_method_;
};

class TlsSessions {
 public:
  void keep(SessionPointer session);
  /// A session to offer, or null. A TLS 1.3 ticket is given out once only (RFC 8446 appendix C.4).
  SessionPointer take();

 private:
  std::vector<SessionPointer> sessions_;
};

/// A BIO_METHOD that moves bytes between OpenSSL and the Transport's socket that BIO_set_data
/// named.
BioMethodPointer make_socket_method();

/// OpenSSL's own words for its oldest queued error; clears the queue.
std::string take_openssl_message();

}  // namespace sluice::net
