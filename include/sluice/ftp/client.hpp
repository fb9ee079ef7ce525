#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/async/retry.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/semaphore.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/ftp/connection.hpp"

namespace sluice::ftp {

/// What a connection is wanted for. Who reads may come to wait for who writes the same bytes to the
/// same server: so one connection, if there may be two, is never given to readers.
enum class Use : bool { read, other };

struct ClientOptions {
  ConnectionOptions connection;
  std::size_t most_connections = 16;
  RetryPolicy retry = RetryPolicy::exponential();
  /// How long an idle connection is trusted without asking it.
  Duration trusted_idle = std::chrono::seconds(30);
  /// After the server has said that there are too many: so long no more are tried.
  Duration learn_again = std::chrono::minutes(1);
};

/// The control connections to one server: each serves one operation at a time, and they are kept,
/// since a login costs many round trips. How many the server takes is learned from its refusals
/// (421, 530, a connection closed without a word). A login that was refused is not tried again.
/// Lives on the loop; close() it before it goes.
class Client {
 public:
  Client(Runtime& runtime, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// A connection for one operation; goes back when this does, unless it is out of step. Must not
  /// outlive the client.
  class Lease {
   public:
    Lease() = default;
    Lease(Client* owner, std::shared_ptr<Connection> connection, Use use)
        : owner_(owner), connection_(std::move(connection)), use_(use) {}
    Lease(Lease&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)),
          connection_(std::move(other.connection_)),
          use_(other.use_) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(connection_, other.connection_);
      std::swap(use_, other.use_);
      return *this;
    }
    ~Lease() { give_back(); }

    void give_back() {
      if (owner_) std::exchange(owner_, nullptr)->take_back(std::move(connection_), use_);
    }
    explicit operator bool() const { return owner_ != nullptr; }
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    Client* owner_ = nullptr;
    std::shared_ptr<Connection> connection_;
    Use use_ = Use::other;
  };

  /// Waits for a connection, or opens one if there may be one more: one attempt, retry by
  /// retrier(). Errors as Connection::open() has them.
  Task<Lease> lease(OpContext context, Use use = Use::other);

  Retrier& retrier() { return retrier_; }
  const std::string& subject() const { return connection_options_->subject; }
  /// Of the server; known once a connection was opened.
  const ServerTraits& traits() const { return *traits_; }
  ServerTraits& traits() { return *traits_; }
  std::size_t open_connections() const { return open_; }
  std::size_t most_connections() const { return most_; }

  /// Ends the idle connections; those on lease end when they come back.
  Task<> close();

 private:
  bool may_use(Use use) const;
  bool may_open();
  std::shared_ptr<Connection> take_idle();
  Task<std::shared_ptr<Connection>> trusted(std::shared_ptr<Connection> connection);
  Task<std::shared_ptr<Connection>> obtain(OpContext context, Use use);
  Task<std::shared_ptr<Connection>> open_one(OpContext context);
  bool learn_from(const Error& failure);
  void take_back(std::shared_ptr<Connection> connection, Use use);
  void drop();
  void wake_next();

  Runtime& runtime_;
  ClientOptions options_;
  std::shared_ptr<const ConnectionOptions> connection_options_;
  std::shared_ptr<ServerTraits> traits_;
  net::StreamConnector streams_;
  Retrier retrier_;
  Semaphore handshakes_;
  std::vector<std::shared_ptr<Connection>> idle_;
  std::size_t open_ = 0;     ///< Idle, on lease, and being opened.
  std::size_t reading_ = 0;  ///< On lease to readers.
  std::size_t most_;         ///< As far as is known.
  SteadyTime learned_at_{};
  WaitList readers_, others_;
  std::optional<Error> refused_;
  bool closed_ = false;
};

}  // namespace sluice::ftp
