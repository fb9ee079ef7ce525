#include "sluice/async/concurrency.hpp"

#include <algorithm>

namespace sluice {
namespace {

constexpr double weight_of_a_file = 64.0 * 1024;
constexpr auto window = std::chrono::seconds(1);
constexpr double worthwhile = 1.05;       // growth that proves that more at once helps
constexpr double tolerable_share = 0.05;  // of refusals: a peer that is not really in trouble

}  // namespace

AdaptiveLimit::AdaptiveLimit(ConcurrencyBounds bounds, std::shared_ptr<const Clock> clock)
    : bounds_(bounds), clock_(std::move(clock)), window_start_(clock_->steady()) {
  bounds_.least = std::max<std::size_t>(bounds_.least, 1);
  bounds_.most = std::max(bounds_.most, bounds_.least);
  limit_ = highest_ = static_cast<double>(std::clamp(bounds_.start, bounds_.least, bounds_.most));
}

void AdaptiveLimit::finished(std::uint64_t bytes) {
  window_bytes_ += static_cast<double>(bytes) + weight_of_a_file;
  end_window_after(clock_->steady());
}

void AdaptiveLimit::throttled() {
  ++refused_;
  end_window_after(clock_->steady());
}

void AdaptiveLimit::end_window_after(SteadyTime now) {
  if (now - window_start_ < window) return;
  const double rate = window_bytes_ / std::chrono::duration<double>(now - window_start_).count();
  const auto refused = static_cast<double>(refused_);
  const double share = refused_ == 0 ? 0 : refused / (refused + static_cast<double>(served_));
  give_way(share);
  if (share < tolerable_share) grow(rate);
  window_bytes_ = 0;
  served_ = refused_ = 0;
  window_start_ = now;
}

void AdaptiveLimit::give_way(double refused_share) {
  highest_ = std::max(highest_, limit_);
  limit_ = std::max(static_cast<double>(bounds_.least), limit_ * (1 - refused_share / 2));
  if (refused_share >= tolerable_share) best_rate_ = 0;  // what was reached then says nothing now
}

void AdaptiveLimit::grow(double rate) {
  double wanted = limit_;
  if (rate > best_rate_ * worthwhile) wanted += std::max(limit_ / 4, 1.0);
  // What was given up is taken back step by step even when throughput hides the gain.
  if (limit_ < highest_) wanted = std::max(wanted, std::min(highest_, limit_ + 1));
  limit_ = std::min(static_cast<double>(bounds_.most), wanted);
  // The best slowly fades, so that a change of the mix of files does not stop growth for good.
  best_rate_ = std::max(rate, best_rate_ * 0.95);
}

}  // namespace sluice
