#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ftp/fault.hpp"

namespace sluice::lab {

/// Which sessions of TLS are taken up again.
enum class FtpTlsSessions : std::uint8_t { all, tls12, none };

struct FtpFrontOptions {
  std::string listen_host = "127.0.0.1";
  std::uint16_t listen_port = 0;  ///< 0: a free one.
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::vector<FtpFault> faults;
  /// PEM files. With them the front offers explicit TLS (RFC 4217); the server behind it speaks in
  /// the clear. Without them, AUTH goes to the server, and what follows it cannot be looked into.
  std::string certificate, key;
  FtpTlsSessions sessions = FtpTlsSessions::all;
};

/// Stands before an FTP server and misbehaves as told. Prints one JSON line with its address when
/// it is ready, and one with its counts at the end: runs until SIGTERM or SIGINT. Throws Error.
void run_ftp_front(const FtpFrontOptions& options);

}  // namespace sluice::lab
