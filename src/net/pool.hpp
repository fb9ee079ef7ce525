#pragma once

#include <list>
#include <memory>
#include <vector>

#include "net/connection.hpp"
#include "net/connector.hpp"
#include "net/watch.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/net/http_client.hpp"

namespace sluice::net {

class Pool;

/// The right to one of an endpoint's connections, and (once connected) that connection. Unless it
/// is told that the connection is clean, the connection is closed with it.
class Lease {
 public:
  Lease() = default;
  Lease(std::shared_ptr<Pool> pool, std::shared_ptr<Connection> connection)
      : pool_(std::move(pool)), connection_(std::move(connection)) {}
  Lease(Lease&& other) noexcept = default;
  Lease& operator=(Lease&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(connection_, other.connection_);
    return *this;
  }
  ~Lease() { drop(); }

  explicit operator bool() const { return pool_ != nullptr; }
  Connection& connection() const { return *connection_; }
  bool connected() const { return connection_ != nullptr; }
  void set(std::shared_ptr<Connection> connection) { connection_ = std::move(connection); }
  /// Ends the exchange and closes the connection, but keeps the right to open another.
  void disconnect() noexcept;
  /// The exchange is over and the connection clean: gives it back.
  void give_back() noexcept;
  /// Closes the connection and gives the right back.
  void drop() noexcept;

 private:
  std::shared_ptr<Pool> pool_;
  std::shared_ptr<Connection> connection_;
};

/// The connections to one endpoint: never more than the limit, counting those that are being
/// opened; whoever comes first is served first; the connection used last is reused first.
class Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(std::shared_ptr<Connector> connector, std::shared_ptr<Watch> watch, Route route);
  ~Pool();

  const Route& route() const { return route_; }
  const std::string& authority() const { return authority_; }
  const std::string& origin() const { return origin_; }
  /// A lease whose connection works as far as one can see, without waiting; an empty one if that is
  /// not possible.
  Lease try_acquire();
  /// Waits for a place until `deadline` and connects if no idle connection is there.
  Task<Lease> acquire(SteadyTime deadline);
  /// Opens a connection for a lease without one.
  Task<> connect(Lease& lease, SteadyTime deadline);

  /// False if there was none.
  bool close_one_idle() noexcept;
  /// No connection is kept from now on, and nobody may wait for one.
  void refuse_more() noexcept;
  /// Waits until no lease is out.
  Task<> wait_unused();

 private:
  friend class Lease;
  struct Idle {
    std::shared_ptr<Connection> connection;
    SteadyTime since;
  };
  struct Waiter;
  class Place;

  std::shared_ptr<Connection> take_idle();
  void drop_expired(SteadyTime now) noexcept;
  bool expired(const Idle& idle, SteadyTime now) const;
  void return_connection(std::shared_ptr<Connection> connection) noexcept;
  void return_right() noexcept;
  Task<Lease> wait_for_place(SteadyTime deadline);
  void drop_later();

  std::shared_ptr<Connector> connector_;
  std::shared_ptr<Watch> watch_;
  Route route_;
  std::string authority_, origin_;
  std::size_t limit_;
  std::size_t leased_ = 0;
  std::vector<Idle> idle_;
  Timer expiry_;  ///< Runs while a connection is idle, so that a service at rest holds none.
  bool expiry_runs_ = false;
  std::list<Waiter> waiters_;
  WaitList returned_;
  bool closed_ = false;
};

}  // namespace sluice::net
