#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

namespace sluice::lab {

/// A server's side of TLS 1.2 and 1.3, from PEM files. Throws boost::system::system_error.
inline boost::asio::ssl::context load_server_tls(const std::string& certificate,
                                                 const std::string& key) {
  using Context = boost::asio::ssl::context;
  Context context(Context::tls_server);
  context.set_options(Context::no_tlsv1 | Context::no_tlsv1_1);
  context.use_certificate_chain_file(certificate);
  context.use_private_key_file(key, Context::pem);
  return context;
}

}  // namespace sluice::lab
