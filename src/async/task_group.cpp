#include "sluice/async/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <utility>
#include <vector>

#include "sluice/async/errors.hpp"

namespace sluice {

TaskGroup::TaskGroup(Executor executor) : executor_(executor), changed_(std::move(executor)) {}

TaskGroup::~TaskGroup() {
  if (!running_.empty())
    std::terminate();  // children would refer to a dead group: join() was forgotten
}

void TaskGroup::spawn(Task<> task) {
  if (stopping_) return;
  if (finished_.empty()) finished_.emplace_back();
  const auto child = finished_.begin();
  running_.splice(running_.end(), finished_, child);
  auto on_end = [this, child](std::exception_ptr thrown) { on_done(child, std::move(thrown)); };
  asio::co_spawn(executor_, std::move(task),
                 asio::bind_cancellation_slot(child->slot(), std::move(on_end)));
}

void TaskGroup::on_done(Children::iterator child, std::exception_ptr thrown) {
  finished_.splice(finished_.end(), running_, child);
  if (thrown && !failure_) {
    // A child that ends because the group was cancelled is no failure of its own.
    const bool answer_to_cancel = stopping_ && error_from(thrown).code() == ErrorCode::cancelled;
    if (!answer_to_cancel) {
      failure_ = std::move(thrown);
      cancel();
    }
  }
  changed_.wake_all();
}

void TaskGroup::cancel() {
  stopping_ = true;
  // A child may end inside emit() and leave the list: go by a copy of the places.
  std::vector<asio::cancellation_signal*> signals;
  signals.reserve(running_.size());
  for (auto& signal : running_)
    signals.push_back(&signal);
  for (auto* signal : signals)
    signal->emit(asio::cancellation_type::terminal);
}

Task<> TaskGroup::wait_below(std::size_t limit) {
  while (running_.size() >= limit && !failure_) {
    const bool woken = co_await changed_.wait();
    if (!woken) throw cancelled("waiting for a free place");
  }
}

Task<> TaskGroup::join() {
  bool interrupted = false;
  while (!running_.empty()) {
    // Cancelled between the end of a child and this coroutine's turn: to wait now would throw.
    const auto state = co_await asio::this_coro::cancellation_state;
    bool woken = false;
    if (state.cancelled() == asio::cancellation_type::none) woken = co_await changed_.wait();
    if (woken) continue;
    interrupted = true;
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    cancel();
  }
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  if (interrupted) throw cancelled("a group of tasks");
}

Task<> throw_if_cancelled() {
  co_return;  // it is Asio that throws, where this is awaited
}

}  // namespace sluice
