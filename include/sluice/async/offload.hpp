#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "sluice/async/semaphore.hpp"
#include "sluice/async/task.hpp"

namespace sluice {

/// One thread that runs blocking jobs in order. Thread-safe. Its destructor finishes what is queued
/// and joins.
class LaneThread {
 public:
  struct Job {
    virtual ~Job() = default;
    virtual void run() noexcept = 0;
    Job* next = nullptr;
  };

  explicit LaneThread(std::string name);
  ~LaneThread();
  void submit(std::unique_ptr<Job> job);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The threads behind the lanes; one for each kind of waiting. An embedder may share one set among
/// several runtimes.
struct LaneThreads {
  LaneThread disk{"sluice-disk"}, dns{"sluice-dns"}, database{"sluice-db"}, cpu{"sluice-cpu"};
};

/// A loop's entrance to a LaneThread, with a bound on what is queued.
class Lane {
 public:
  Lane(Executor executor, LaneThread& thread, std::size_t queue_limit)
      : thread_(thread), places_(std::move(executor), queue_limit) {}

  LaneThread& thread() { return thread_; }
  Semaphore& places() { return places_; }

 private:
  LaneThread& thread_;
  Semaphore places_;
};

namespace detail {

template <class F, class Handler>
struct OffloadJob final : LaneThread::Job {
  using Result = std::invoke_result_t<F>;
  using Stored = std::conditional_t<std::is_void_v<Result>, bool, Result>;

  OffloadJob(F function, Handler on_done, Executor loop)
      : job(std::move(function)), handler(std::move(on_done)), home(loop), alive(loop) {}

  void run() noexcept override {
    std::exception_ptr thrown;
    std::optional<Stored> result;
    try {
      if constexpr (std::is_void_v<Result>) {
        job();
        result.emplace(true);
      } else {
        result.emplace(job());
      }
    } catch (...) {
      thrown = std::current_exception();
    }
    asio::post(home, [handler = std::move(handler), thrown, result = std::move(result),
                      job = std::move(job)]() mutable {
      // Carried along only to be destroyed on the loop, before its caller goes on.
      {
        [[maybe_unused]] const F gone = std::move(job);
      }
      std::move(handler)(thrown, std::move(result));
    });
  }

  F job;
  Handler handler;
  Executor home;
  asio::executor_work_guard<Executor> alive;  // the loop must not end while a job is out
};

}  // namespace detail

/// Runs `job` on the lane's thread and returns its result (or throws what it threw) on the loop.
/// The job may refer to the caller's frame: it is always waited for, cancellation does not cut it
/// short. Everything in `job` is destroyed on the loop, before this returns.
template <class F>
Task<std::invoke_result_t<F>> offload(Lane& lane, F job) {
  using Result = std::invoke_result_t<F>;
  using Stored = std::conditional_t<std::is_void_v<Result>, bool, Result>;
  const auto executor = co_await asio::this_coro::executor;
  const auto place = co_await lane.places().acquire();
  auto start = [&lane, &job, &executor](auto handler) {
    using Job = detail::OffloadJob<F, decltype(handler)>;
    lane.thread().submit(std::make_unique<Job>(std::move(job), std::move(handler), executor));
  };
  auto result = co_await asio::async_initiate<const asio::use_awaitable_t<Executor>,
                                              void(std::exception_ptr, std::optional<Stored>)>(
      start, use_task);
  if constexpr (!std::is_void_v<Result>) co_return std::move(*result);
}

}  // namespace sluice
