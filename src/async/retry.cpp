#include "sluice/async/retry.hpp"

#include <algorithm>
#include <cmath>

namespace sluice {
namespace {

// What a server may ask for. Of longer waits it is better to hear as an error.
constexpr Duration longest_asked = std::chrono::minutes(5);
constexpr Duration worth_a_warning = std::chrono::seconds(10);

}  // namespace

RetryPolicy RetryPolicy::aws_standard() {
  return {};
}

RetryPolicy RetryPolicy::aws_adaptive() {
  RetryPolicy policy;
  policy.adaptive = true;
  return policy;
}

RetryPolicy RetryPolicy::exponential() {
  RetryPolicy policy;
  policy.max_attempts = 5;
  policy.cap = std::chrono::seconds(8);
  policy.jitter = false;
  return policy;
}

bool RetryBudget::take(std::uint32_t cost) {
  if (tokens_ < cost) return false;
  tokens_ -= cost;
  return true;
}

void RetryBudget::give_back(std::uint32_t cost) {
  tokens_ = std::min(capacity_, tokens_ + cost);
}

std::optional<Duration> next_delay(const RetryPolicy& policy, std::uint32_t attempts,
                                   const Error& error, Safety safety, Duration time_left,
                                   double random) {
  if (attempts >= policy.max_attempts || !error.retryable() || error.code() == ErrorCode::cancelled)
    return std::nullopt;
  if (safety == Safety::sent_once && error.code() != ErrorCode::throttled) return std::nullopt;
  const std::uint32_t doublings = std::min(attempts - 1, 30U);
  const Duration full = std::min(policy.cap, policy.base * (std::int64_t{1} << doublings));
  Duration delay = full;
  if (policy.jitter)
    delay = Duration(static_cast<Duration::rep>(static_cast<double>(full.count()) * random));
  if (error.retry_after()) delay = std::max(delay, std::min(*error.retry_after(), longest_asked));
  if (delay >= time_left) return std::nullopt;
  return delay;
}

Retrier::Retrier(Runtime& runtime, RetryPolicy policy) : runtime_(runtime), policy_(policy) {}

Task<> Retrier::wait_for_rate() {
  const SteadyTime now = runtime_.clock().steady();
  const SteadyTime at = rate_.reserve(now);
  if (at > now) co_await sleep_until(at);
}

void Retrier::succeeded(const OpContext& context, std::uint32_t last_cost) {
  if (context.load) context.load->served();
  budget_.give_back(last_cost == 0 ? 1 : last_cost);
  if (policy_.adaptive) rate_.on_success(runtime_.clock().steady());
}

Duration Retrier::delay_or_throw(const OpContext& context, Safety safety, std::uint32_t attempts,
                                 const std::exception_ptr& thrown, std::uint32_t& last_cost) {
  const Error error = error_from(thrown);
  const SteadyTime now = runtime_.clock().steady();
  if (error.code() == ErrorCode::throttled) {
    if (context.load) context.load->throttled();
    if (policy_.adaptive) rate_.on_throttle(now);
  }
  const Duration left =
      context.deadline == SteadyTime::max() ? Duration::max() : Duration(context.deadline - now);
  const auto delay = next_delay(policy_, attempts, error, safety, left, runtime_.random().unit());
  if (!delay) throw error;
  const std::uint32_t cost =
      error.code() == ErrorCode::timeout ? policy_.timeout_cost : policy_.retry_cost;
  if (!budget_.take(cost)) {
    context.log.debug("Retry budget is used up", {{"error", error.what()}});
    throw error;
  }
  last_cost = cost;
  // A long silence would look like a hang.
  context.log.log(
      *delay > worth_a_warning ? LogLevel::warn : LogLevel::debug, "Trying again",
      {{"attempt", attempts + 1},
       {"delay_ms", std::chrono::duration_cast<std::chrono::milliseconds>(*delay).count()},
       {"error", error.what()}});
  return *delay;
}

}  // namespace sluice
