#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "sluice/core/bytes.hpp"
#include "sluice/net/bandwidth.hpp"
#include "sluice/net/http_client.hpp"
#include "sluice/net/tls_options.hpp"

namespace sluice::net {

struct ProxyOptions {
  std::string http_proxy,
      https_proxy;  ///< "http://[user:password@]host:port"; empty: none. https goes by CONNECT.
  std::string no_proxy;  ///< Comma-separated hosts, ".domain" suffixes, CIDR blocks, "*".
};

struct Http1Options {
  std::size_t connections_per_endpoint =
      64;  ///< Exact upper bound; further requests wait their turn.
  Duration connect_timeout = std::chrono::seconds(10);  ///< Resolve, TCP and TLS together.
  Duration idle_timeout =
      std::chrono::seconds(60);  ///< Without a byte in either direction while something is due.
  Duration keep_alive = std::chrono::seconds(55);  ///< An idle connection is dropped after this.
  /// A body that moves fewer than `minimum_bytes` in `progress_window` is broken off: a trickling
  /// peer cannot hang a night.
  std::uint64_t minimum_bytes = 1024;
  Duration progress_window = std::chrono::seconds(60);
  Duration continue_timeout = std::chrono::seconds(1);
  std::size_t max_head_bytes = 64_KiB;  ///< Of a response's head.
  std::string user_agent = "sluice";
  TlsOptions tls;
  ProxyOptions proxy;
  std::shared_ptr<Bandwidth> bandwidth;  ///< Shared by all clients of a process; null: unlimited.
};

/// HTTP/1.1 (RFC 9112) over a pool of kept connections. Must be closed before it and the runtime
/// are destroyed.
std::unique_ptr<HttpClient> make_http1_client(Runtime& runtime, Http1Options options);

}  // namespace sluice::net
