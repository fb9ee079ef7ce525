#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
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
  /// Makes what opens the connections, under these options; null: the network's.
  std::function<std::shared_ptr<net::Dialler>(net::TlsOptions)> dial;
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

  /// The right to one connection: kept until the connection has come back, or could not be had.
  class Place {
   public:
    Place() = default;
    Place(Client* owner, Use use) : owner_(owner), use_(use) { owner_->count(use_); }
    Place(Place&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), use_(other.use_) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(use_, other.use_);
      return *this;
    }
    ~Place() { release(); }

    void release() {
      if (owner_) std::exchange(owner_, nullptr)->discount(use_);
    }
    Client* owner() const { return owner_; }
    explicit operator bool() const { return owner_ != nullptr; }

   private:
    Client* owner_ = nullptr;
    Use use_ = Use::other;
  };

  /// A connection for one operation; goes back when this does, unless it is out of step. Must not
  /// outlive the client.
  class Lease {
   public:
    Lease() = default;
    Lease(Place place, std::shared_ptr<Connection> connection)
        : place_(std::move(place)), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&& other) noexcept {
      std::swap(place_, other.place_);
      std::swap(connection_, other.connection_);
      return *this;
    }
    ~Lease() { give_back(); }

    void give_back() {
      if (place_) place_.owner()->take_back(std::move(connection_));
      place_.release();
    }
    explicit operator bool() const { return static_cast<bool>(place_); }
    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }

   private:
    Place place_;
    std::shared_ptr<Connection> connection_;
  };

  /// Waits for a connection, first come first served (but readers leave one to others), or opens
  /// one if there may be one more: one attempt, retry by retrier(). Errors as Connection::open()
  /// has them.
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
  struct Waiter {
    Waiter(Executor executor, Use wanted, std::uint64_t arrival)
        : use(wanted), number(arrival), event(std::move(executor)) {}
    Use use;
    std::uint64_t number;  ///< In the order of arrival, in which they stand.
    WaitList event;
    Place place;  ///< Once it is served.
  };

  void count(Use use);
  void discount(Use use);
  bool may_serve(Use use) const;
  void learn_more();
  void serve();
  Task<Place> wait_for_place(Use use, std::uint64_t number, Place given_up);
  std::shared_ptr<Connection> take_idle();
  Task<> make_sure(Connection& connection);
  Task<std::shared_ptr<Connection>> obtain(OpContext context);
  Task<std::shared_ptr<Connection>> open_one(OpContext context);
  std::shared_ptr<net::Dialler> make_dialler() const;
  void leave_tls13();
  bool learn_from(const Error& failure);
  void take_back(std::shared_ptr<Connection> connection);

  Runtime& runtime_;
  ClientOptions options_;
  std::shared_ptr<const ConnectionOptions> connection_options_;
  std::shared_ptr<ServerTraits> traits_;
  std::shared_ptr<net::Dialler> dialler_;
  Retrier retrier_;
  Semaphore handshakes_;
  std::vector<std::shared_ptr<Connection>> idle_;
  std::size_t open_ = 0;     ///< Idle, on lease, and being opened.
  std::size_t places_ = 0;   ///< That are taken.
  std::size_t reading_ = 0;  ///< Of these, by readers.
  std::size_t most_;         ///< As far as is known.
  SteadyTime learned_at_{};
  std::uint64_t arrivals_ = 0;
  std::list<Waiter> waiters_;
  std::optional<Error> refused_;
  bool closed_ = false;
};

}  // namespace sluice::ftp
