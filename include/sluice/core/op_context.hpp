#pragma once

#include <algorithm>
#include <memory>

#include "sluice/core/log.hpp"
#include "sluice/core/time.hpp"

namespace sluice {

/// Hears how peers bear the load; an adaptive concurrency limit listens here. Called on the loop.
class LoadListener {
 public:
  virtual ~LoadListener() = default;
  /// A peer served a request.
  virtual void served() = 0;
  /// A peer asked for fewer requests (503 SlowDown, 429, 421 ...). Called once a refused request.
  virtual void throttled() = 0;
};

/// What one operation knows about itself. Copied by value down the call chain; the deadline only
/// shrinks.
struct OpContext {
  SteadyTime deadline = SteadyTime::max();
  Logger log;
  std::shared_ptr<LoadListener> load;

  OpContext shortened_to(SteadyTime limit) const {
    OpContext inner = *this;
    inner.deadline = std::min(deadline, limit);
    return inner;
  }
};

}  // namespace sluice
