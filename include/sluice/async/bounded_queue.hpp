#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "sluice/async/errors.hpp"
#include "sluice/async/task.hpp"
#include "sluice/async/wait_list.hpp"

namespace sluice {

/// Hands items from producers to consumers of one loop, at most `limit` waiting. Nothing queued is
/// lost by close().
template <class T>
class BoundedQueue {
 public:
  BoundedQueue(Executor executor, std::size_t limit)
      : limit_(limit), not_full_(executor), not_empty_(executor) {}

  /// Waits for room. Returns false (and drops the item) if the queue was closed. Throws
  /// Error{cancelled}.
  Task<bool> push(T item) {
    while (!closed_ && items_.size() >= limit_) {
      const bool woken = co_await not_full_.wait();
      if (!woken) throw cancelled("queue");
    }
    if (closed_) co_return false;
    items_.push_back(std::move(item));
    not_empty_.wake_one();
    co_return true;
  }

  /// The next item; nullopt once the queue is closed and empty. Throws Error{cancelled}.
  Task<std::optional<T>> pop() {
    while (items_.empty() && !closed_) {
      const bool woken = co_await not_empty_.wait();
      if (!woken) throw cancelled("queue");
    }
    if (items_.empty()) co_return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    not_full_.wake_one();
    co_return item;
  }

  void close() {
    closed_ = true;
    not_full_.wake_all();
    not_empty_.wake_all();
  }
  std::size_t size() const { return items_.size(); }

 private:
  std::size_t limit_;
  std::deque<T> items_;
  WaitList not_full_, not_empty_;
  bool closed_ = false;
};

}  // namespace sluice
