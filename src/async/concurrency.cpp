#include "sluice/async/concurrency.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr double weight_of_a_file = 64.0 * 1024;
constexpr auto window = std::chrono::seconds(1);
constexpr double worthwhile = 1.05;  // growth that proves that more at once helps

}  // namespace

AdaptiveLimit::AdaptiveLimit(ConcurrencyBounds bounds, std::shared_ptr<const Clock> clock)
    : bounds_(bounds), clock_(std::move(clock)), window_start_(clock_->steady()) {
  bounds_.least = std::max<std::size_t>(bounds_.least, 1);
  bounds_.most = std::max(bounds_.most, bounds_.least);
  current_ = std::clamp(bounds_.start, bounds_.least, bounds_.most);
}

void AdaptiveLimit::finished(std::uint64_t bytes) {
  window_bytes_ += static_cast<double>(bytes) + weight_of_a_file;
  const SteadyTime now = clock_->steady();
  if (now - window_start_ >= window) end_window(now);
}

void AdaptiveLimit::end_window(SteadyTime now) {
  const double rate = window_bytes_ / std::chrono::duration<double>(now - window_start_).count();
  const bool recently_cut = last_cut_ != SteadyTime{} && now - last_cut_ < 2 * window;
  if (!recently_cut && rate > best_rate_ * worthwhile) {
    current_ = std::min(bounds_.most, current_ + std::max<std::size_t>(current_ / 4, 1));
  }
  // The best slowly fades, so that a change of the mix of files does not stop growth for good.
  best_rate_ = std::max(rate, best_rate_ * 0.95);
  window_bytes_ = 0;
  window_start_ = now;
}

void AdaptiveLimit::throttled() {
  const SteadyTime now = clock_->steady();
  // One burst of refusals is one signal: those already in flight were sent before we slowed down.
  if (last_cut_ != SteadyTime{} && now - last_cut_ < window) return;
  last_cut_ = now;
  best_rate_ = 0;
  current_ = std::max(bounds_.least, current_ / 2);
}

}  // namespace sluice
