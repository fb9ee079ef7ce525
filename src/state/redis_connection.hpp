#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/net/stream.hpp"
#include "sluice/state/redis_store.hpp"
#include "state/redis_reply.hpp"

namespace sluice::state {

/// One connection to a Redis server. hiredis writes the commands and parses the replies; the bytes
/// go by `net`, so that connecting, TLS, deadlines and cancellation work as everywhere else here
/// (hiredis 0.14 resolves names on the calling thread and knows no timeouts of its asynchronous
/// calls).
///
/// For one exchange at a time. After any exception it is broken and must be dropped.
class RedisConnection {
 public:
  RedisConnection(std::unique_ptr<net::Stream> stream, std::string subject);
  ~RedisConnection();

  /// Sends the commands in one go and reads as many replies, in order. A reply that is an error is
  /// a value. Waits as long as the server takes. Throws Error{network, protocol, cancelled}.
  Task<std::vector<RedisReply>> exchange(std::vector<RedisCommand> commands);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The way to one server.
class RedisConnector {
 public:
  RedisConnector(Runtime& runtime, RedisOptions options);
  ~RedisConnector();

  /// Resolves, connects (before `until`), authenticates and selects the database. Waits for the
  /// server's answers as long as it takes: put it under a deadline. Throws Error{network, timeout,
  /// config, unauthenticated, protocol, cancelled}.
  Task<std::unique_ptr<RedisConnection>> open(SteadyTime until);

  /// What may be shown of the address.
  const std::string& subject() const { return subject_; }

 private:
  Task<> log_in(RedisConnection& connection);

  RedisOptions options_;
  std::string subject_;
  net::StreamConnector streams_;
};

/// "redis://host:port/database" (or rediss): what may be shown.
std::string redis_subject(const RedisOptions& options);

}  // namespace sluice::state
