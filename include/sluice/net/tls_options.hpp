#pragma once

#include <string>

namespace sluice::net {

struct TlsOptions {
  bool verify = true;                             ///< false is for `--no-verify-ssl` only.
  std::string ca_file;                            ///< PEM; empty: the system's.
  std::string client_certificate, client_key;     ///< PEM files; both or neither.
  std::string application_protocol = "http/1.1";  ///< Offered by ALPN; empty: none.
  bool tls13 = true;  ///< false: TLS 1.2 at most (FTP servers want its sessions resumed).
};

}  // namespace sluice::net
