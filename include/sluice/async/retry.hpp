#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "sluice/async/deadline.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/op_context.hpp"

namespace sluice {

/// When to try again and how long to wait: delay before retry n (1, 2, ...) is rand[0,1) x min(cap,
/// base x 2^(n-1)).
struct RetryPolicy {
  std::uint32_t max_attempts = 3;  ///< In all, with the first; at least 1.
  Duration base = std::chrono::seconds(1);
  Duration cap = std::chrono::seconds(20);
  bool jitter = true;               ///< false: the full delay each time.
  std::uint32_t retry_cost = 5;     ///< What a retry takes from the budget.
  std::uint32_t timeout_cost = 10;  ///< The same after a timeout.
  bool adaptive = false;            ///< Also limit the send rate after throttling (AWS "adaptive").

  /// AWS SDK "standard" mode: 3 attempts, base 1 s, cap 20 s, budget of 500 at 5 (10 after
  /// timeouts).
  static RetryPolicy aws_standard();
  static RetryPolicy aws_adaptive();
  /// For other protocols: 5 attempts, 1 s, 2 s, 4 s, 8 s.
  static RetryPolicy exponential();
};

/// Bounds the retries of one endpoint as a whole, so that an outage is not answered by a storm.
/// Lives on the loop.
class RetryBudget {
 public:
  explicit RetryBudget(std::uint32_t capacity = 500) : capacity_(capacity), tokens_(capacity) {}
  bool take(std::uint32_t cost);
  void give_back(std::uint32_t cost);
  std::uint32_t tokens() const { return tokens_; }

 private:
  std::uint32_t capacity_;
  std::uint32_t tokens_;
};

/// The client-side rate limiter of AWS "adaptive" mode: off until the first throttle, then CUBIC.
/// Pure: time comes in.
class AdaptiveRate {
 public:
  /// When the next request may be sent (not before `now`); it is counted as sent then.
  SteadyTime reserve(SteadyTime now);
  void on_success(SteadyTime now);
  void on_throttle(SteadyTime now);
  double rate() const { return enabled_ ? fill_rate_ : 0; }  ///< Requests a second; 0: not limited.

 private:
  void refill(SteadyTime now);
  void measure(SteadyTime now);
  void set_rate(double rate, SteadyTime now);

  bool enabled_ = false;
  double fill_rate_ = 0, capacity_ = 0, tokens_ = 0;
  double measured_ = 0, bucket_count_ = 0, last_max_rate_ = 0, time_window_ = 0;
  SteadyTime last_refill_{}, last_throttle_{}, bucket_start_{};
  bool started_ = false;
};

enum class Safety : bool {
  idempotent,  ///< May be sent again whatever happened.
  sent_once,   ///< Retried only if the failure shows that the peer did not act (throttled, or not
               ///< connected).
};

/// Pure: the delay before another attempt, or nullopt to give up. `attempts` were made; `random` is
/// in [0, 1).
std::optional<Duration> next_delay(const RetryPolicy& policy, std::uint32_t attempts,
                                   const Error& error, Safety safety, Duration time_left,
                                   double random);

/// One endpoint's retry state: policy, budget, rate. Shared by everybody who talks to that
/// endpoint.
class Retrier {
 public:
  Retrier(Runtime& runtime, RetryPolicy policy);

  /// Calls `attempt()` (a plain callable that returns Task<T>) until it succeeds, is not retryable,
  /// or the policy, the budget or the deadline ends it; then throws the last error. Cancellation is
  /// never retried.
  template <class Attempt>
  std::invoke_result_t<Attempt&> run(OpContext context, Safety safety, Attempt attempt) {
    using T = typename std::invoke_result_t<Attempt&>::value_type;
    std::uint32_t attempts = 0;
    std::uint32_t last_cost = 0;
    for (;;) {
      if (policy_.adaptive) co_await wait_for_rate();
      std::exception_ptr thrown;
      try {
        if constexpr (std::is_void_v<T>) {
          co_await attempt();
          succeeded(context, last_cost);
          co_return;
        } else {
          T result = co_await attempt();
          succeeded(context, last_cost);
          co_return std::move(result);
        }
      } catch (...) {
        thrown = std::current_exception();
      }
      ++attempts;
      const Duration delay = delay_or_throw(context, safety, attempts, thrown, last_cost);
      co_await sleep_for(delay);
    }
  }

  RetryBudget& budget() { return budget_; }
  const RetryPolicy& policy() const { return policy_; }

 private:
  Task<> wait_for_rate();
  void succeeded(const OpContext& context, std::uint32_t last_cost);
  Duration delay_or_throw(const OpContext& context, Safety safety, std::uint32_t attempts,
                          const std::exception_ptr& thrown, std::uint32_t& last_cost);

  Runtime& runtime_;
  RetryPolicy policy_;
  RetryBudget budget_;
  AdaptiveRate rate_;
};

}  // namespace sluice
