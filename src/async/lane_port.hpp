#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>

#include "sluice/async/offload.hpp"

namespace sluice {

/// A loop's side of a lane. What the loop submits in one turn goes out together and wakes the
/// thread once; what has run comes home together and wakes the loop once, and a flood of it does
/// not keep the loop from its other work.
class LanePort : public std::enable_shared_from_this<LanePort> {
 public:
  explicit LanePort(Executor loop) : loop_(std::move(loop)) {}

  /// On the loop, which then runs until the job has come home.
  void submit(std::unique_ptr<LaneJob> job, LaneThread& thread);
  /// From any thread.
  void give(JobList jobs);

 private:
  class Departure;
  class Drain;
  void drain();
  void drop();
  bool refill();

  Executor loop_;
  // Of the loop:
  std::size_t expected_ = 0;
  std::optional<asio::executor_work_guard<Executor>> alive_;
  JobList departing_, ready_;
  // Of all threads:
  std::mutex mutex_;
  JobList arrived_;
  bool draining_ = false;
};

}  // namespace sluice
