#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sluice/async/retry.hpp"
#include "sluice/core/secret.hpp"
#include "sluice/state/key_value_store.hpp"

namespace sluice {

struct RedisOptions {
  std::string host = "127.0.0.1";  ///< A name or an address (IPv6 without brackets).
  std::uint16_t port = 6379;
  std::uint32_t database = 0;
  std::string user;  ///< Empty: the default user.
  Secret password;   ///< Empty: no AUTH.
  std::chrono::milliseconds timeout =
      std::chrono::seconds(10);  ///< Of one exchange, with connecting.
  RetryPolicy retry{
      .max_attempts = 5, .base = std::chrono::milliseconds(100), .cap = std::chrono::seconds(2)};
};

/// "redis://[[user]:password@]host[:port][/database]", parts percent-encoded (RFC 3986). Throws
/// Error{invalid_input}, whose text holds no password; Error{unsupported} for "rediss://".
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
