#pragma once

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <list>
#include <memory>
#include <utility>

#include "sluice/async/task.hpp"

namespace sluice {

/// Coroutines of one loop that wait for something, first come first served. The building block of
/// what waits in this layer: waking is an explicit call, so no wake-up is lost to a timer that
/// expires at the same moment.
class WaitList {
 public:
  explicit WaitList(Executor executor) : executor_(std::move(executor)) {}
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;
  ~WaitList() { wake_all(); }

  Executor executor() const { return executor_; }
  bool empty() const { return parked_.empty(); }

  /// Waits to be woken: true if woken, false if this coroutine was cancelled meanwhile (the next
  /// await then throws).
  Task<bool> wait();
  void wake_one();
  void wake_all();

 private:
  struct Parked {
    virtual ~Parked() = default;
    virtual void complete(bool woken) = 0;
  };
  using Place = std::list<std::unique_ptr<Parked>>::iterator;
  template <class Handler>
  struct ParkedHandler;

  void finish(Place place, bool woken);

  Executor executor_;
  std::list<std::unique_ptr<Parked>> parked_;
};

}  // namespace sluice
