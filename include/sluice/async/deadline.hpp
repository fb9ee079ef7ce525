#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <exception>
#include <utility>

#include "sluice/async/errors.hpp"
#include "sluice/async/task.hpp"

namespace sluice {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

/// Throws Error{cancelled} if cancelled while asleep.
Task<> sleep_until(SteadyTime moment);
Task<> sleep_for(Duration duration);

/// Runs `operation` but cancels it at `moment` and then throws Error{timeout} naming `what`. The
/// operation is always waited for, so it must obey cancellation. Not for the hot path (it spawns):
/// connections have their own cheaper watch.
template <class T>
Task<T> with_deadline(SteadyTime moment, std::string what, Task<T> operation) {
  const auto executor = co_await asio::this_coro::executor;
  Timer timer(executor, moment);
  auto race = asio::experimental::make_parallel_group(
      asio::co_spawn(executor, std::move(operation), asio::deferred),
      timer.async_wait(asio::deferred));
  auto outcome = co_await race.async_wait(asio::experimental::wait_for_one(), use_task);
  const auto& order = std::get<0>(outcome);
  const std::exception_ptr thrown = std::get<1>(outcome);
  // The timer came first and was not itself cancelled from above.
  if (order[0] == 1 && !std::get<std::tuple_size_v<decltype(outcome)> - 1>(outcome)) {
    throw Error(ErrorCode::timeout, what, "", "the deadline passed");
  }
  if (thrown) std::rethrow_exception(thrown);
  if constexpr (!std::is_void_v<T>) co_return std::move(std::get<2>(outcome));
}

}  // namespace sluice
