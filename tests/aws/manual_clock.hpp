#pragma once

#include "sluice/core/clock.hpp"

namespace sluice::test {

/// A wall clock that a test moves; the monotonic clock is the real one.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start) : now_(start) {}
  TimePoint now() const override { return now_; }
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
  void advance(Duration step) { now_ += step; }

 private:
  TimePoint now_;
};

}  // namespace sluice::test
