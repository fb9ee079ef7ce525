#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "sluice/async/deadline.hpp"
#include "sluice/async/runtime.hpp"

namespace sluice::net {

/// Something that can be overdue.
class Watched {
 public:
  virtual ~Watched() = default;
  /// Called at each tick, and not long after alarm().
  virtual void check(SteadyTime now) = 0;
  /// The next moment that must not be missed by more than a few milliseconds.
  virtual SteadyTime alarm() const = 0;

 private:
  friend class Watch;
  std::size_t place_ = 0;
};

/// One ticker that looks after everything a client waits for, instead of a timer for each
/// operation: adding and removing are a few instructions. It ticks only while something is watched
/// (and once more after that).
class Watch : public std::enable_shared_from_this<Watch> {
 public:
  Watch(Runtime& runtime, Duration tick);

  SteadyTime now() const { return clock_->steady(); }
  void add(Watched& item);
  void remove(Watched& item) noexcept;
  /// To be called when an item's alarm() moved forward in time.
  void sooner(SteadyTime alarm);
  /// No more ticks.
  void stop();

 private:
  static Task<> run(std::shared_ptr<Watch> self);
  void tick();

  Runtime& runtime_;
  std::shared_ptr<const Clock> clock_;
  Duration tick_;
  Timer timer_;
  SteadyTime next_{};
  std::vector<Watched*> items_;
  bool running_ = false, stopped_ = false;
};

}  // namespace sluice::net
