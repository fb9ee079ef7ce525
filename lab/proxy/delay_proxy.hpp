#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace sluice::lab {

struct DelayProxyOptions {
  std::string listen_host = "127.0.0.1";
  std::uint16_t listen_port = 0;  ///< 0: a free one.
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::chrono::nanoseconds round_trip{0};  ///< Half of it each way.
  std::uint64_t bandwidth = 0;             ///< Bytes a second, each way of each connection; 0: any.
  int socket_buffers = 0;  ///< Bytes the system keeps of each socket; 0: as many as it likes.
  /// A connection ends (TCP RST) after so many bytes from the server.
  std::optional<std::uint64_t> cut_after;
  /// The server speaks FTP in the clear: its data connections take the same way.
  bool ftp = false;
};

/// A long way to a server of this machine: bytes arrive as late as they would over it. Prints one
/// JSON line with its address when it is ready, and runs until SIGTERM or SIGINT. Throws Error.
void run_delay_proxy(const DelayProxyOptions& options);

}  // namespace sluice::lab
