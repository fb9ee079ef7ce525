#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <cstddef>
#include <exception>
#include <list>

#include "sluice/async/task.hpp"
#include "sluice/async/wait_list.hpp"

namespace sluice {

/// Coroutines that one coroutine started and joins: the only way to start one (with Runtime::spawn,
/// which uses it).
///
/// The first failure of a child cancels the others and is thrown by join(). Destroying a group that
/// still runs children is a programming error (it terminates): join on every path, as
/// with_children() does. Lives on the loop.
class TaskGroup {
 public:
  explicit TaskGroup(Executor executor);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();

  /// Starts a child (at once, up to its first suspension). After a failure or cancel() the child is
  /// dropped unstarted.
  void spawn(Task<> task);
  /// Asks every child to stop; they are still joined.
  void cancel();
  /// Waits until fewer than `limit` children run, or one has failed. Throws Error{cancelled} if
  /// this coroutine is cancelled.
  Task<> wait_below(std::size_t limit);
  /// Waits for all children, then throws the first failure, if any. If this coroutine is cancelled,
  /// the children are too, all are waited for, and Error{cancelled} is thrown; the caller's own
  /// cancellation is disabled from then on, so that it can clean up.
  Task<> join();

  std::size_t running() const { return running_.size(); }
  bool failed() const { return failure_ != nullptr; }
  bool stopping() const { return stopping_; }

 private:
  using Children = std::list<asio::cancellation_signal>;
  void on_done(Children::iterator child, std::exception_ptr thrown);

  Executor executor_;
  WaitList changed_;
  Children running_;
  Children finished_;  // reused; a signal must outlive the frame that completes through it
  std::exception_ptr failure_;
  bool stopping_ = false;
};

/// Throws Error{cancelled}, or what Asio throws for it, if this coroutine was cancelled.
Task<> throw_if_cancelled();

/// Runs `body(TaskGroup&)` (returning Task<>), which may start children and wait between, and joins
/// them on every path. Throws what the body threw, after it cancelled the children; else what
/// TaskGroup::join throws.
template <class Body>
Task<> with_children(Body body) {
  TaskGroup group(co_await asio::this_coro::executor);
  std::exception_ptr thrown;
  try {
    co_await body(group);
    // Cancelled since its last wait: `co_await group.join()` would throw before join() runs.
    co_await throw_if_cancelled();
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown) {
    group.cancel();
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  }
  std::exception_ptr from_child;
  try {
    co_await group.join();
  } catch (...) {
    from_child = std::current_exception();
  }
  if (thrown) std::rethrow_exception(thrown);
  if (from_child) std::rethrow_exception(from_child);
}

}  // namespace sluice
