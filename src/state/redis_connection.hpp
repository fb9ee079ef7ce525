#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/state/redis_store.hpp"
#include "state/redis_reply.hpp"

namespace sluice::state {

/// One connection to a Redis server. hiredis writes the commands and parses the replies; the socket
/// is Asio's, so that connecting, deadlines and cancellation work as everywhere else here (hiredis
/// 0.14 resolves names on the calling thread and knows no timeouts of its asynchronous calls).
///
/// For one exchange at a time. After any exception it is broken and must be dropped.
class RedisConnection {
 public:
  /// Resolves, connects, authenticates and selects the database.
  static Task<std::unique_ptr<RedisConnection>> open(Runtime& runtime, RedisOptions options);
  ~RedisConnection();

  /// Sends the commands in one go and reads as many replies, in order. A reply that is an error is
  /// a value. Throws Error{network, protocol, cancelled}.
  Task<std::vector<RedisReply>> exchange(std::vector<RedisCommand> commands);

 private:
  struct State;
  explicit RedisConnection(std::unique_ptr<State> state);
  Task<> connect(Runtime& runtime, std::string host, std::uint16_t port);
  Task<> log_in(RedisOptions options);

  std::unique_ptr<State> state_;
};

/// "redis://host:port/database": what may be shown.
std::string redis_subject(const RedisOptions& options);

}  // namespace sluice::state
