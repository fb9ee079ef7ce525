#pragma once

#include <chrono>

namespace sluice {

/// A moment on the wall clock, UTC, in nanoseconds since 1970-01-01.
using TimePoint = std::chrono::sys_time<std::chrono::nanoseconds>;
/// A moment on the monotonic clock; all deadlines are of this type.
using SteadyTime = std::chrono::steady_clock::time_point;
using Duration = std::chrono::nanoseconds;

}  // namespace sluice
