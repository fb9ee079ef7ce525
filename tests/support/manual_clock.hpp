#pragma once

#include "sluice/core/clock.hpp"

namespace sluice::test {

/// A clock that moves only when told to.
class ManualClock final : public Clock {
 public:
  TimePoint now() const override { return wall; }
  SteadyTime steady() const override { return monotonic; }

  void advance(Duration by) {
    wall += by;
    monotonic += std::chrono::duration_cast<SteadyTime::duration>(by);
  }

  TimePoint wall{std::chrono::seconds(1'750'000'000)};
  SteadyTime monotonic{std::chrono::hours(1)};
};

}  // namespace sluice::test
