#include <algorithm>
#include <cmath>

#include "sluice/async/retry.hpp"

// The constants are those that the AWS SDKs share for the "adaptive" retry mode.
namespace sluice {
namespace {

constexpr double minimum_rate = 0.5;  // requests a second
constexpr double smoothing = 0.8;
constexpr double bucket_seconds = 0.5;
constexpr double cut = 0.7;
constexpr double scale = 0.4;

double seconds(SteadyTime::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

SteadyTime AdaptiveRate::reserve(SteadyTime now) {
  if (!enabled_) return now;
  refill(now);
  tokens_ -= 1;
  if (tokens_ >= 0) return now;
  const std::chrono::duration<double> wait(-tokens_ / fill_rate_);
  return now + std::chrono::duration_cast<SteadyTime::duration>(wait);
}

void AdaptiveRate::refill(SteadyTime now) {
  if (enabled_) tokens_ = std::min(capacity_, tokens_ + seconds(now - last_refill_) * fill_rate_);
  last_refill_ = now;
}

void AdaptiveRate::measure(SteadyTime now) {
  if (!started_) {
    started_ = true;
    bucket_start_ = now;
    last_throttle_ = now;
  }
  bucket_count_ += 1;
  const double elapsed = seconds(now - bucket_start_);
  if (elapsed < bucket_seconds) return;
  measured_ = bucket_count_ / elapsed * smoothing + measured_ * (1 - smoothing);
  bucket_count_ = 0;
  bucket_start_ = now;
}

void AdaptiveRate::set_rate(double rate, SteadyTime now) {
  refill(now);  // what has passed counts at the old rate
  fill_rate_ = std::max(rate, minimum_rate);
  capacity_ = std::max(rate, 1.0);
  tokens_ = std::min(tokens_, capacity_);
}

void AdaptiveRate::on_success(SteadyTime now) {
  measure(now);
  if (!enabled_) return;
  const double cubic =
      scale * std::pow(seconds(now - last_throttle_) - time_window_, 3) + last_max_rate_;
  set_rate(std::min(cubic, 2 * measured_), now);
}

void AdaptiveRate::on_throttle(SteadyTime now) {
  measure(now);
  last_max_rate_ = enabled_ ? std::min(measured_, fill_rate_) : measured_;
  time_window_ = std::cbrt(last_max_rate_ * (1 - cut) / scale);
  last_throttle_ = now;
  set_rate(last_max_rate_ * cut, now);
  enabled_ = true;
}

}  // namespace sluice
