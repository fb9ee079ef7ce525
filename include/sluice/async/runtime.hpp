#pragma once

#include <memory>
#include <string>

#include "sluice/async/offload.hpp"
#include "sluice/async/task.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/async/turn.hpp"
#include "sluice/core/clock.hpp"
#include "sluice/core/log.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/core/random.hpp"

namespace sluice {

/// What an embedder may bring; what is missing is made.
struct RuntimeOptions {
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<RandomSource> random;
  std::shared_ptr<LaneThreads> threads;
  Logger log;
};

/// The world that the library's objects live in: the embedder's loop, the offload lanes, clock,
/// randomness and log. It never runs, stops or owns the io_context. Everything built on it must be
/// gone before it is; close() it first.
class Runtime {
 public:
  Runtime(asio::io_context& loop, RuntimeOptions options);
  ~Runtime();

  Executor executor() const { return executor_; }
  const Clock& clock() const { return *options_.clock; }
  std::shared_ptr<const Clock> shared_clock() const { return options_.clock; }
  RandomSource& random() { return *options_.random; }
  const Logger& log() const { return options_.log; }
  /// A context without deadline that logs to this runtime's log.
  OpContext context() const {
    return {.deadline = SteadyTime::max(), .log = options_.log, .load = nullptr};
  }

  Lane& disk() { return disk_; }
  Lane& dns() { return dns_; }
  Lane& database() { return database_; }
  Lane& cpu() { return cpu_; }

  /// Shared by all that runs on this loop.
  LoopTurn& turn() { return turn_; }

  /// Starts a background task that this runtime owns. A failure other than cancellation is logged
  /// as an error under `name`.
  void spawn(std::string name, Task<> task);
  /// Cancels the background tasks and waits for them.
  Task<> close();

 private:
  RuntimeOptions options_;
  Executor executor_;
  LoopTurn turn_;
  Lane disk_, dns_, database_, cpu_;
  TaskGroup background_;
};

}  // namespace sluice
