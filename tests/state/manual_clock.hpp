#pragma once

#include <memory>

#include "sluice/async/runtime.hpp"
#include "sluice/core/clock.hpp"

namespace sluice::state::test {

/// Wall time stands still until the test moves it; timers run as ever.
class ManualClock final : public Clock {
 public:
  TimePoint time = std::chrono::sys_days(std::chrono::year(2025) / 5 / 28) + std::chrono::hours(10);

  TimePoint now() const override { return time; }
  SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

inline RuntimeOptions with_clock(std::shared_ptr<const Clock> clock) {
  RuntimeOptions options;
  options.clock = std::move(clock);
  return options;
}

}  // namespace sluice::state::test
