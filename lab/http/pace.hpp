#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "sluice/core/bytes.hpp"
#include "sluice/core/time.hpp"

namespace sluice::lab {

/// Spreads bytes over time. Keeps no credit: what was not used up is lost, so that a pause is not
/// followed by a burst.
class Pace {
 public:
  /// When to go on after `bytes` at `rate` bytes a second.
  SteadyTime after(std::uint64_t bytes, std::uint64_t rate, SteadyTime now) {
    using Seconds = std::chrono::duration<double>;
    const Seconds took(static_cast<double>(bytes) / static_cast<double>(rate));
    next_ = std::max(next_, now) + std::chrono::duration_cast<SteadyTime::duration>(took);
    return next_;
  }
  /// So many bytes at once are a twentieth of a second's.
  static std::uint64_t step(std::uint64_t rate) {
    return std::clamp<std::uint64_t>(rate / 20, 1, 256_KiB);
  }

 private:
  SteadyTime next_{};
};

}  // namespace sluice::lab
