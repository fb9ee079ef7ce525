#pragma once

#include "sluice/async/task.hpp"
#include "sluice/async/wait_list.hpp"

namespace sluice {

/// Tells work that somebody wants it to end in an orderly way, which cancellation does not. Lives
/// on the loop.
class StopSignal {
 public:
  explicit StopSignal(Executor executor) : waiting_(std::move(executor)) {}

  void request() {
    requested_ = true;
    waiting_.wake_all();
  }
  bool requested() const { return requested_; }
  /// Returns when it was requested. Throws Error{cancelled} if this coroutine is cancelled.
  Task<> wait();

 private:
  WaitList waiting_;
  bool requested_ = false;
};

}  // namespace sluice
