#pragma once

#include <cstddef>
#include <list>
#include <utility>

#include "sluice/async/task.hpp"
#include "sluice/async/wait_list.hpp"

namespace sluice {

/// Counts units (connections, bytes of buffers) among the coroutines of one loop; strictly first
/// come, first served, so that a large request is not starved by small ones.
class Semaphore {
 public:
  Semaphore(Executor executor, std::size_t units);

  /// Units held; given back when destroyed. Must not outlive its semaphore.
  class Permit {
   public:
    Permit() = default;
    Permit(Semaphore* owner, std::size_t units) : owner_(owner), units_(units) {}
    Permit(Permit&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), units_(std::exchange(other.units_, 0)) {}
    Permit& operator=(Permit&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(units_, other.units_);
      return *this;
    }
    ~Permit() { release(); }

    void release() {
      if (owner_) std::exchange(owner_, nullptr)->give_back(units_);
    }
    std::size_t units() const { return owner_ ? units_ : 0; }

   private:
    Semaphore* owner_ = nullptr;
    std::size_t units_ = 0;
  };

  /// Waits for `units`; more than the semaphore has at all is cut to all of it. Throws
  /// Error{cancelled} when cancelled.
  Task<Permit> acquire(std::size_t units = 1);
  /// The same without waiting: no units if they are not free, or others wait.
  Permit try_acquire(std::size_t units = 1);
  std::size_t available() const { return available_; }
  std::size_t total() const { return total_; }

 private:
  void give_back(std::size_t units);
  void serve();

  struct Waiter {
    explicit Waiter(Executor executor) : event(std::move(executor)) {}
    WaitList event;
    std::size_t units = 0;
    bool served = false;
  };
  Executor executor_;
  std::size_t total_;
  std::size_t available_;
  std::list<Waiter> waiters_;
};

}  // namespace sluice
