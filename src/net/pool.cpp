#include "net/pool.hpp"

#include <algorithm>
#include <utility>

#include "sluice/async/errors.hpp"

namespace sluice::net {
namespace {

/// A clock of a test's own need not go on while the timer runs.
constexpr Duration shortest_expiry = std::chrono::milliseconds(1);

}  // namespace

void Lease::disconnect() noexcept {
  if (!connection_) return;
  connection_->end();
  connection_->close();
  connection_.reset();
}

void Lease::give_back() noexcept {
  const std::shared_ptr<Pool> pool = std::move(pool_);
  connection_->end();
  pool->return_connection(std::move(connection_));
}

void Lease::drop() noexcept {
  if (!pool_) return;
  disconnect();
  const std::shared_ptr<Pool> pool = std::move(pool_);
  pool->return_right();
}

/// Somebody who waits for a connection or for the right to open one.
struct Pool::Waiter final : Watched {
  Waiter(Connector& owner, SteadyTime until)
      : connector(owner), event(owner.executor()), deadline(until) {}

  void check(SteadyTime now) override {
    note_traffic(now);
    if (served) return;
    stuck = now - moved_at >= patience * connector.options().idle_timeout;
    if (!stuck && now < deadline) return;
    expired = true;
    event.wake_all();
  }
  SteadyTime alarm() const override { return deadline; }
  void serve(std::shared_ptr<Connection> idle) {
    served = true;
    connection = std::move(idle);
    event.wake_all();
  }

  /// While bytes move somewhere, a connection will come free. If none do, those who hold them may
  /// be waiting for each other, and would for ever.
  void note_traffic(SteadyTime now) {
    const std::uint64_t total = connector.traffic().sent + connector.traffic().received;
    const bool first = moved_at == SteadyTime{};
    if (std::exchange(moved, total) != total || first) moved_at = now;
  }

  // Over 1: the idle rule of those who hold the connections comes first.
  static constexpr int patience = 2;
  Connector& connector;
  WaitList event;
  SteadyTime deadline;
  SteadyTime moved_at{};
  std::uint64_t moved = 0;
  std::shared_ptr<Connection> connection;
  bool served = false, expired = false, stuck = false;
};

/// A waiter's place in the queue; what it was served and did not take goes on to the next one.
class Pool::Place {
 public:
  Place(Pool& pool, SteadyTime deadline)
      : pool_(pool),
        waiter_(pool.waiters_.emplace(pool.waiters_.end(), *pool.connector_, deadline)) {
    pool_.watch_->add(*waiter_);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    pool_.watch_->remove(*waiter_);
    const bool served = waiter_->served;
    auto connection = std::move(waiter_->connection);
    pool_.waiters_.erase(waiter_);
    if (connection) {
      pool_.return_connection(std::move(connection));
    } else if (served) {
      pool_.return_right();
    }
  }
  Waiter& operator*() { return *waiter_; }
  Lease take() {
    waiter_->served = false;
    return Lease(pool_.shared_from_this(), std::move(waiter_->connection));
  }

 private:
  Pool& pool_;
  std::list<Waiter>::iterator waiter_;
};

Pool::Pool(std::shared_ptr<Connector> connector, std::shared_ptr<Watch> watch, Route route)
    : connector_(std::move(connector)),
      watch_(std::move(watch)),
      route_(std::move(route)),
      authority_(route_.target.authority()),
      origin_(route_.target.origin()),
      limit_(std::max<std::size_t>(1, connector_->options().connections_per_endpoint)),
      expiry_(connector_->executor()),
      returned_(connector_->executor()) {}

Pool::~Pool() = default;

bool Pool::expired(const Idle& idle, SteadyTime now) const {
  return now >= idle.since + connector_->options().keep_alive;
}

std::shared_ptr<Connection> Pool::take_idle() {
  const SteadyTime now = idle_.empty() ? SteadyTime{} : watch_->now();
  while (!idle_.empty()) {
    Idle last = std::move(idle_.back());
    idle_.pop_back();
    // Also after a moment: what came without a request would be taken for the next one's answer.
    if (!expired(last, now) && last.connection->clean() && last.connection->quiet())
      return std::move(last.connection);
    last.connection->close();
  }
  return nullptr;
}

Lease Pool::try_acquire() {
  if (closed_ || !waiters_.empty()) return {};
  std::shared_ptr<Connection> connection = take_idle();
  if (!connection) return {};
  ++leased_;
  return Lease(shared_from_this(), std::move(connection));
}

Task<Lease> Pool::acquire(SteadyTime deadline) {
  if (closed_) throw Error(ErrorCode::cancelled, "request", origin_, "the HTTP client is closed");
  Lease lease = try_acquire();
  if (!lease && waiters_.empty() && leased_ < limit_) {
    ++leased_;
    lease = Lease(shared_from_this(), nullptr);
  }
  if (!lease) {
    lease = co_await wait_for_place(deadline);
    // The peer may have closed what was handed over.
    if (lease.connected() && !lease.connection().quiet()) lease.disconnect();
  }
  if (!lease.connected()) co_await connect(lease, deadline);
  co_return lease;
}

Task<Lease> Pool::wait_for_place(SteadyTime deadline) {
  Place place(*this, deadline);
  const bool woken = co_await (*place).event.wait();
  if ((*place).served) co_return place.take();
  if ((*place).expired) {
    throw Error(ErrorCode::timeout, "waiting for a connection", origin_,
                (*place).stuck ? "none came free, and nothing moved on those in use"
                               : "the operation's deadline passed");
  }
  throw Error(ErrorCode::cancelled, "waiting for a connection", origin_,
              woken ? "the HTTP client is closed" : "cancelled");
}

Task<> Pool::connect(Lease& lease, SteadyTime deadline) {
  auto connection = co_await connector_->connect(route_, deadline);
  lease.set(std::move(connection));
}

void Pool::return_connection(std::shared_ptr<Connection> connection) noexcept {
  if (closed_ || !connection->clean()) {
    connection->close();
    return return_right();
  }
  for (Waiter& waiter : waiters_) {
    if (!waiter.served && !waiter.expired) return waiter.serve(std::move(connection));
  }
  --leased_;
  idle_.push_back({std::move(connection), watch_->now()});
  drop_later();
  if (leased_ == 0) returned_.wake_all();
}

void Pool::return_right() noexcept {
  for (Waiter& waiter : waiters_) {
    if (!closed_ && !waiter.served && !waiter.expired) return waiter.serve(nullptr);
  }
  --leased_;
  if (leased_ == 0) returned_.wake_all();
}

bool Pool::close_one_idle() noexcept {
  if (idle_.empty()) return false;
  idle_.back().connection->close();
  idle_.pop_back();
  return true;
}

void Pool::drop_expired(SteadyTime now) noexcept {
  // Reused last first: the oldest stand in front.
  const auto fresh = std::find_if(idle_.begin(), idle_.end(),
                                  [=, this](const Idle& idle) { return !expired(idle, now); });
  for (auto idle = idle_.begin(); idle != fresh; ++idle)
    idle->connection->close();
  idle_.erase(idle_.begin(), fresh);
}

void Pool::drop_later() {
  if (expiry_runs_ || idle_.empty()) return;
  expiry_runs_ = true;
  const SteadyTime expires = idle_.front().since + connector_->options().keep_alive;
  expiry_.expires_after(std::max(expires - watch_->now(), shortest_expiry));
  expiry_.async_wait([pool = weak_from_this()](boost::system::error_code) {
    const auto self = pool.lock();
    if (!self) return;
    self->expiry_runs_ = false;
    self->drop_expired(self->watch_->now());
    self->drop_later();
  });
}

void Pool::refuse_more() noexcept {
  closed_ = true;
  expiry_.cancel();
  for (Waiter& waiter : waiters_) {
    if (!waiter.served) waiter.event.wake_all();
  }
}

Task<> Pool::wait_unused() {
  while (leased_ > 0) {
    const bool woken = co_await returned_.wait();
    if (!woken) throw cancelled("closing the HTTP client");
  }
}

}  // namespace sluice::net
