#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/async/retry.hpp"
#include "sluice/core/secret.hpp"
#include "sluice/net/tls_options.hpp"
#include "sluice/state/key_value_store.hpp"

namespace sluice {

struct RedisOptions {
  std::string host = "127.0.0.1";  ///< A name or an address (IPv6 without brackets).
  std::uint16_t port = 6379;
  std::uint32_t database = 0;
  std::string user;                    ///< Empty: the default user.
  Secret password;                     ///< Empty: no AUTH.
  std::optional<net::TlsOptions> tls;  ///< Unset: in the clear.
  std::chrono::milliseconds timeout =
      std::chrono::seconds(10);  ///< Of one exchange, with connecting.
  /// No attempt of a call begins later than this after its first one.
  std::chrono::milliseconds patience = std::chrono::seconds(30);
  /// Long enough for a server that is restarted: some 3.5 s on average, 7 s at most.
  RetryPolicy retry{
      .max_attempts = 8, .base = std::chrono::milliseconds(100), .cap = std::chrono::seconds(2)};
};

/// "redis://[[user]:password@]host[:port][/database]", parts percent-encoded (RFC 3986); over TLS
/// with "rediss://", where "?ca_file=...&client_certificate=...&client_key=..." name PEM files as
/// TlsOptions does (the server's certificate is always verified). Throws Error{invalid_input},
/// whose text holds no password.
RedisOptions parse_redis_url(std::string_view url);

/// Keys in one Redis database, over one connection that is made again when it breaks (every call
/// may be repeated without harm).
///
/// A write is one MULTI/EXEC. How durable it is is the server's setting: use `appendonly yes` and
/// `appendfsync always` where a lost intent would hurt. Redis keeps no order: scan() and count()
/// walk the whole key space (SCAN MATCH) each time; scan() holds the `limit` smallest keys and
/// sorts them, so ask for large pages. Not for Redis Cluster (a batch spans slots).
Task<std::unique_ptr<KeyValueStore>> open_redis_store(Runtime& runtime, RedisOptions options);

}  // namespace sluice
