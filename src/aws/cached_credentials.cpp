#include "aws/cached_credentials.hpp"

#include <algorithm>
#include <utility>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/codec/date.hpp"

namespace sluice::aws {
namespace {

using std::chrono::minutes;

// Somebody may have to type an MFA code.
constexpr Duration longest_fetch = minutes(5);
// After a background refresh failed.
constexpr Duration pause = minutes(1);

/// One refresh and those who wait for it.
struct Refresh {
  explicit Refresh(Executor executor) : waiting(executor) {}

  bool done = false;
  std::optional<Error> failure;
  std::shared_ptr<const Credentials> result;
  WaitList waiting;
};

struct State {
  State(Runtime& owner, FetchCredentials source) : runtime(owner), fetch(std::move(source)) {}

  Runtime& runtime;
  FetchCredentials fetch;
  std::shared_ptr<const Credentials> current;
  RefreshWindows windows{};
  bool stale = false;                // the peer said so
  std::shared_ptr<Refresh> running;  // null: none
  SteadyTime next_background = SteadyTime::min();
};

void accept(State& state, Credentials fetched) {
  const TimePoint now = state.runtime.clock().now();
  if (fetched.expires && *fetched.expires <= now) {
    throw Error(ErrorCode::unauthenticated, "get credentials", fetched.source,
                "they have expired at " + codec::format_iso8601(*fetched.expires));
  }
  if (fetched.expires) state.windows = refresh_windows(*fetched.expires - now);
  state.current = std::make_shared<const Credentials>(std::move(fetched));
  state.stale = false;
}

/// Belongs to a refresh's coroutine. If that is dropped before it could end (the runtime is
/// closing), the waiters still hear of it.
class Ticket {
 public:
  Ticket(std::shared_ptr<State> state, std::shared_ptr<Refresh> refresh)
      : state_(std::move(state)), refresh_(std::move(refresh)) {}
  Ticket(Ticket&&) noexcept = default;
  Ticket& operator=(Ticket&&) = delete;
  ~Ticket() {
    if (state_) finish(cancelled("get credentials"));
  }

  State& state() const { return *state_; }
  void finish(std::optional<Error> failure) {
    refresh_->done = true;
    refresh_->failure = std::move(failure);
    refresh_->result = state_->current;
    state_->running.reset();
    refresh_->waiting.wake_all();
    state_.reset();
  }

 private:
  std::shared_ptr<State> state_;
  std::shared_ptr<Refresh> refresh_;
};

Task<> run_refresh(Ticket ticket) {
  State& state = ticket.state();
  std::exception_ptr thrown;
  try {
    const SteadyTime deadline = state.runtime.clock().steady() + longest_fetch;
    OpContext context = state.runtime.context().shortened_to(deadline);
    Credentials fetched = co_await state.fetch(std::move(context));
    accept(state, std::move(fetched));
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) {
    ticket.finish(std::nullopt);
    co_return;
  }
  const Error failure = error_from(thrown);
  state.next_background = state.runtime.clock().steady() + pause;
  state.runtime.log().warn("Credentials were not refreshed", {{"error", failure.what()}});
  ticket.finish(failure);
}

// The refresh that runs, or a new one. It may have ended when this returns.
std::shared_ptr<Refresh> begin_refresh(const std::shared_ptr<State>& state) {
  if (state->running) return state->running;
  auto refresh = std::make_shared<Refresh>(state->runtime.executor());
  state->running = refresh;
  state->runtime.spawn("credentials", run_refresh(Ticket(state, refresh)));
  return refresh;
}

Task<> wait_for(std::shared_ptr<Refresh> refresh) {
  while (!refresh->done) {
    const bool woken = co_await refresh->waiting.wait();
    if (!woken) throw cancelled("get credentials");
  }
}

enum class Need : std::uint8_t { nothing, soon, now };

Need need_of(const State& state) {
  if (!state.current || state.stale) return Need::now;
  if (!state.current->expires) return Need::nothing;
  const Duration left = *state.current->expires - state.runtime.clock().now();
  if (left <= state.windows.mandatory) return Need::now;
  return left <= state.windows.advisory ? Need::soon : Need::nothing;
}

class CachedCredentials final : public CredentialsProvider {
 public:
  CachedCredentials(Runtime& runtime, FetchCredentials fetch)
      : state_(std::make_shared<State>(runtime, std::move(fetch))) {}

  Task<std::shared_ptr<const Credentials>> get(OpContext context) override {
    return get_from(state_, std::move(context));
  }
  std::shared_ptr<const Credentials> ready() override {
    return need_of(*state_) == Need::nothing ? state_->current : nullptr;
  }
  void invalidate(const std::shared_ptr<const Credentials>& used) override {
    if (used && used == state_->current) state_->stale = true;
  }

 private:
  // Takes the state by value: the provider may go while a caller waits.
  static Task<std::shared_ptr<const Credentials>> get_from(std::shared_ptr<State> state,
                                                           OpContext context) {
    const Need need = need_of(*state);
    if (need == Need::soon && state->runtime.clock().steady() >= state->next_background)
      begin_refresh(state);
    if (need != Need::now) co_return state->current;
    const auto refresh = begin_refresh(state);
    if (context.deadline == SteadyTime::max()) {
      co_await wait_for(refresh);
    } else {
      co_await with_deadline(context.deadline, "get credentials", wait_for(refresh));
    }
    if (refresh->failure) throw *refresh->failure;
    co_return refresh->result;
  }

  std::shared_ptr<State> state_;
};

}  // namespace

RefreshWindows refresh_windows(Duration lifetime) {
  return {.advisory = std::min<Duration>(minutes(15), lifetime / 2),
          .mandatory = std::min<Duration>(minutes(10), lifetime / 3)};
}

std::shared_ptr<CredentialsProvider> make_cached_credentials(Runtime& runtime,
                                                             FetchCredentials fetch) {
  return std::make_shared<CachedCredentials>(runtime, std::move(fetch));
}

}  // namespace sluice::aws
