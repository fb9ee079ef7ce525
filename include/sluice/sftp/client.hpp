#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/async/retry.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/semaphore.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/sftp/connection.hpp"

namespace sluice::sftp {

/// Makes a way to the server; called anew for each connection.
using ConnectChannel = std::function<Task<std::unique_ptr<Channel>>(OpContext)>;

struct ClientOptions {
  ConnectionOptions connection;
  ConnectChannel connect;
  /// At most so many at once; OpenSSH lets ten connections log in at a time. How many of them are
  /// of use depends on how long the way is: see useful_connections().
  std::size_t most_connections = 8;
  /// A connection with so many requests under way is busy: another one is opened, if there may be.
  std::size_t busy_requests = 32;
  RetryPolicy retry = RetryPolicy::exponential();
  /// Shared by the clients of one host: so many connections log in at once. Null: no limit.
  std::shared_ptr<Semaphore> handshakes;
};

/// The connections to one server. Opened when they are wanted, replaced when they fail. A login
/// that was refused is not tried again. Lives on the loop; close() it before it goes.
class Client {
 public:
  Client(Runtime& runtime, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// The connection with the least to do. Opens one if there is none (one attempt: retry by
  /// retrier()), and another one in the background if all are busy.
  Task<std::shared_ptr<Connection>> connection(OpContext context);
  /// The connections that there are, for a large file; as many more as are of use begin to be
  /// opened in the background, and are there at a later call.
  std::vector<std::shared_ptr<Connection>> widen(OpContext context);

  Retrier& retrier() { return retrier_; }
  const std::string& subject() const { return options_.connection.subject; }
  std::size_t open_connections() const { return open_.size(); }

  Task<> close();

 private:
  void drop_failed();
  std::shared_ptr<Connection> least_busy() const;
  /// OpenSSH gives a channel 2 MiB of window: a long way needs several to be filled. On a short one
  /// they are of use only if a processor is the limit and others are idle, which a job that goes on
  /// for seconds may find out.
  std::size_t useful_connections() const;
  bool may_open() const;
  Task<std::shared_ptr<Connection>> log_in(OpContext context);
  Task<> open_one(OpContext context);
  Task<> open_another(OpContext context);

  Runtime& runtime_;
  ClientOptions options_;
  Retrier retrier_;
  std::vector<std::shared_ptr<Connection>> open_;
  std::size_t opening_ = 0;
  std::optional<Duration> round_trip_;  ///< The shortest.
  SteadyTime first_opened_{};
  WaitList changed_;
  std::optional<Error> refused_;
  SteadyTime no_more_until_{};  ///< A further connection failed: those that there are will do.
  bool closed_ = false;
  TaskGroup background_;
};

}  // namespace sluice::sftp
