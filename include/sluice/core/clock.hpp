#pragma once

#include "sluice/core/time.hpp"

namespace sluice {

/// Where the time comes from; injected, so that tests choose it. Implementations are callable from
/// any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;      ///< The wall clock, UTC.
  virtual SteadyTime steady() const = 0;  ///< The monotonic clock.
};

class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
  SteadyTime steady() const override;
};

}  // namespace sluice
