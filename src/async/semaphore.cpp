#include "sluice/async/semaphore.hpp"

#include <algorithm>

#include "sluice/async/errors.hpp"

namespace sluice {

Semaphore::Semaphore(Executor executor, std::size_t units)
    : executor_(std::move(executor)), total_(units), available_(units) {}

Semaphore::Permit Semaphore::try_acquire(std::size_t units) {
  units = std::min(units, total_);
  if (!waiters_.empty() || available_ < units) return {};
  available_ -= units;
  return {this, units};
}

Task<Semaphore::Permit> Semaphore::acquire(std::size_t units) {
  units = std::min(units, total_);
  Permit at_once = try_acquire(units);
  if (at_once.units() == units) co_return at_once;
  const auto waiter = waiters_.emplace(waiters_.end(), executor_);
  waiter->units = units;
  co_await waiter->event.wait();
  // Served and cancelled at the same moment: the units are ours and go back with the permit.
  const bool served = waiter->served;
  waiters_.erase(waiter);
  Permit permit(served ? this : nullptr, units);
  if (!served) {
    serve();  // a large request that gave up may have held back smaller ones
    throw cancelled("waiting for a free place");
  }
  co_return permit;
}

void Semaphore::give_back(std::size_t units) {
  available_ += units;
  serve();
}

void Semaphore::serve() {
  for (Waiter& waiter : waiters_) {
    if (waiter.served) continue;
    if (waiter.units > available_) return;
    available_ -= waiter.units;
    waiter.served = true;
    waiter.event.wake_all();
  }
}

}  // namespace sluice
