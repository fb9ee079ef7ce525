#include "sluice/async/retry.hpp"

#include <doctest/doctest.h>

#include "support/manual_clock.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

Error unavailable() {
  return Error(ErrorCode::unavailable, "get", "x", "503");
}
constexpr Duration forever = Duration::max();

struct Flaky {
  int failures;
  int calls = 0;

  Task<int> call() {
    ++calls;
    if (calls <= failures)
      throw Error(ErrorCode::unavailable, "get", "x", "503").with_retry_after(1ms);
    co_return calls;
  }
};

RetryPolicy quick(std::uint32_t attempts) {
  RetryPolicy policy;
  policy.max_attempts = attempts;
  policy.base = 1us;
  policy.cap = 1us;
  return policy;
}

Task<> succeed_late(Runtime& runtime) {
  Retrier retrier(runtime, quick(3));
  Flaky flaky{.failures = 2};
  auto attempt = [&flaky] { return flaky.call(); };
  const int calls = co_await retrier.run(runtime.context(), Safety::idempotent, attempt);
  CHECK(calls == 3);
  CHECK(retrier.budget().tokens() == 495);  // two retries at 5, the last one given back
}

Task<> run_out(Runtime& runtime, int* calls) {
  Retrier retrier(runtime, quick(1000));
  Flaky flaky{.failures = 1000};
  auto attempt = [&flaky] { return flaky.call(); };
  std::optional<Error> failed;
  try {
    co_await retrier.run(runtime.context(), Safety::idempotent, attempt);
  } catch (const Error& error) {
    failed = error;
  }
  *calls = flaky.calls;
  REQUIRE(failed);
  CHECK(failed->code() == ErrorCode::unavailable);
}

}  // namespace

TEST_CASE("next_delay: full jitter below a doubling, capped bound") {
  const RetryPolicy policy = [] {
    RetryPolicy aws = RetryPolicy::aws_standard();
    aws.max_attempts = 100;
    return aws;
  }();
  CHECK(next_delay(policy, 1, unavailable(), Safety::idempotent, forever, 0.0) == 0s);
  CHECK(next_delay(policy, 1, unavailable(), Safety::idempotent, forever, 0.5) == 500ms);
  CHECK(next_delay(policy, 3, unavailable(), Safety::idempotent, forever, 0.5) == 2s);
  CHECK(next_delay(policy, 50, unavailable(), Safety::idempotent, forever, 0.5) == 10s);
}

TEST_CASE("next_delay: the seed's numbers for other protocols") {
  const RetryPolicy policy = RetryPolicy::exponential();
  CHECK(next_delay(policy, 1, unavailable(), Safety::idempotent, forever, 0.3) == 1s);
  CHECK(next_delay(policy, 2, unavailable(), Safety::idempotent, forever, 0.3) == 2s);
  CHECK(next_delay(policy, 3, unavailable(), Safety::idempotent, forever, 0.3) == 4s);
  CHECK(next_delay(policy, 4, unavailable(), Safety::idempotent, forever, 0.3) == 8s);
  CHECK_FALSE(next_delay(policy, 5, unavailable(), Safety::idempotent, forever, 0.3));
}

TEST_CASE("next_delay: what is never retried") {
  const RetryPolicy policy = RetryPolicy::aws_standard();
  const auto delay = [&](const Error& error, Safety safety, Duration left) {
    return next_delay(policy, 1, error, safety, left, 0.5);
  };
  CHECK_FALSE(delay(Error(ErrorCode::not_found, "", "", ""), Safety::idempotent, forever));
  CHECK_FALSE(delay(Error(ErrorCode::cancelled, "", "", ""), Safety::idempotent, forever));
  CHECK_FALSE(delay(unavailable(), Safety::sent_once, forever));
  CHECK(delay(Error(ErrorCode::throttled, "", "", ""), Safety::sent_once, forever));
  CHECK_FALSE(
      delay(unavailable(), Safety::idempotent, 100ms));  // the deadline would pass while waiting
}

TEST_CASE("next_delay: the server's Retry-After is a lower bound") {
  const Error error = unavailable().with_retry_after(7s);
  CHECK(next_delay(RetryPolicy::aws_standard(), 1, error, Safety::idempotent, forever, 0.5) == 7s);
}

TEST_CASE("next_delay: no server makes us wait for longer than five minutes") {
  const Error error = unavailable().with_retry_after(24h);
  CHECK(next_delay(RetryPolicy::aws_standard(), 1, error, Safety::idempotent, forever, 0.5) ==
        5min);
}

TEST_CASE("Retrier: succeeds after failures that pass, and the budget says so") {
  test::run([](Runtime& runtime) { return succeed_late(runtime); });
}

TEST_CASE("Retrier: the budget ends a storm of retries") {
  int calls = 0;
  test::run([&calls](Runtime& runtime) { return run_out(runtime, &calls); });
  CHECK(calls == 101);  // 500 tokens at 5 each
}

TEST_CASE("AdaptiveRate: unlimited until the first throttle, then limited and growing") {
  test::ManualClock clock;
  AdaptiveRate rate;
  for (int i = 0; i < 200; ++i) {
    CHECK(rate.reserve(clock.steady()) == clock.steady());
    rate.on_success(clock.steady());
    clock.advance(10ms);
  }
  CHECK(rate.rate() == 0);
  rate.on_throttle(clock.steady());
  const double cut = rate.rate();
  CHECK(cut > 30);
  CHECK(cut < 100);  // about 0.7 of the 100 a second that were measured
  for (int i = 0; i < 500; ++i) {
    const auto at = rate.reserve(clock.steady());
    if (at > clock.steady()) clock.advance(at - clock.steady());
    rate.on_success(clock.steady());
  }
  CHECK(rate.rate() > cut);
}
