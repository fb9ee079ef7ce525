#pragma once

#include <boost/asio/async_result.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "sluice/async/semaphore.hpp"
#include "sluice/async/task.hpp"

namespace sluice {

class LanePort;

/// A blocking piece of work. Made and, when it has a way home, ended on the loop.
class LaneJob {
 public:
  explicit LaneJob(std::shared_ptr<LanePort> way_home = nullptr) : home(std::move(way_home)) {}
  virtual ~LaneJob() = default;
  /// On the lane's thread.
  virtual void run() noexcept = 0;
  /// On the loop, after run(): hands the result over. `self` is this job.
  virtual void deliver(std::unique_ptr<LaneJob> self) noexcept { self.reset(); }

  const std::shared_ptr<LanePort> home;
  LaneJob* next = nullptr;
};

/// Jobs in order, linked through themselves.
class JobList {
 public:
  JobList() = default;
  JobList(JobList&& other) noexcept { append(std::move(other)); }
  JobList& operator=(JobList&&) = delete;
  ~JobList();

  bool empty() const { return first_ == nullptr; }
  void push(std::unique_ptr<LaneJob> job);
  std::unique_ptr<LaneJob> pop();  ///< The first; null if there is none.
  void append(JobList&& other);
  JobList take_all() { return std::move(*this); }

 private:
  LaneJob* first_ = nullptr;
  LaneJob** last_ = &first_;
};

/// One thread that runs blocking jobs in order. Thread-safe. Its destructor finishes what is queued
/// and joins.
class LaneThread {
 public:
  explicit LaneThread(std::string name);
  ~LaneThread();
  void submit(std::unique_ptr<LaneJob> job);
  void submit(JobList jobs);

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
  Lane(Executor executor, LaneThread& thread, std::size_t queue_limit);

  Semaphore& places() { return places_; }
  const std::shared_ptr<LanePort>& port() const { return port_; }
  /// On the loop, which does not end before the job has come home.
  void submit(std::unique_ptr<LaneJob> job);

 private:
  LaneThread& thread_;
  Semaphore places_;
  std::shared_ptr<LanePort> port_;
};

namespace detail {

template <class F, class Handler>
class OffloadJob final : public LaneJob {
 public:
  using Result = std::invoke_result_t<F>;
  using Stored = std::conditional_t<std::is_void_v<Result>, bool, Result>;

  OffloadJob(std::shared_ptr<LanePort> way_home, F function, Handler on_done)
      : LaneJob(std::move(way_home)), job_(std::move(function)), handler_(std::move(on_done)) {}

  void run() noexcept override {
    try {
      if constexpr (std::is_void_v<Result>) {
        job_();
        result_.emplace(true);
      } else {
        result_.emplace(job_());
      }
    } catch (...) {
      thrown_ = std::current_exception();
    }
  }

  void deliver(std::unique_ptr<LaneJob> self) noexcept override {
    Handler handler = std::move(handler_);
    std::optional<Stored> result = std::move(result_);
    const std::exception_ptr thrown = std::move(thrown_);
    self.reset();  // what the job holds is gone before its caller goes on
    std::move(handler)(thrown, std::move(result));
  }

 private:
  F job_;
  Handler handler_;
  std::optional<Stored> result_;
  std::exception_ptr thrown_;
};

}  // namespace detail

/// Runs `job` on the lane's thread and returns its result (or throws what it threw) on the loop.
/// The job may refer to the caller's frame: it is always waited for, cancellation does not cut it
/// short. Everything in `job` is destroyed on the loop, before this returns.
template <class F>
Task<std::invoke_result_t<F>> offload(Lane& lane, F job) {
  using Result = std::invoke_result_t<F>;
  using Stored = std::conditional_t<std::is_void_v<Result>, bool, Result>;
  Semaphore::Permit place = lane.places().try_acquire();
  if (place.units() == 0) place = co_await lane.places().acquire();
  auto start = [&lane, &job](auto handler) {
    using Job = detail::OffloadJob<F, decltype(handler)>;
    lane.submit(std::make_unique<Job>(lane.port(), std::move(job), std::move(handler)));
  };
  auto result = co_await asio::async_initiate<const asio::use_awaitable_t<Executor>,
                                              void(std::exception_ptr, std::optional<Stored>)>(
      start, use_task);
  if constexpr (!std::is_void_v<Result>) co_return std::move(*result);
}

}  // namespace sluice
