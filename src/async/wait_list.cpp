#include "sluice/async/wait_list.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>

namespace sluice {

template <class Handler>
struct WaitList::ParkedHandler final : Parked {
  ParkedHandler(Handler on_done, Executor loop)
      : slot(asio::get_associated_cancellation_slot(on_done)),
        handler(std::move(on_done)),
        executor(std::move(loop)) {}

  void complete(bool woken) override {
    // Once woken, a cancellation that comes before the coroutine runs must not find this place any
    // more. (When cancelled, the slot is just being emitted and must not be touched.)
    if (woken && slot.is_connected()) slot.clear();
    asio::post(executor,
               [handler = std::move(handler), woken]() mutable { std::move(handler)(woken); });
  }

  asio::cancellation_slot slot;
  Handler handler;
  Executor executor;
};

Task<bool> WaitList::wait() {
  auto start = [this](auto handler) {
    const auto slot = asio::get_associated_cancellation_slot(handler);
    parked_.push_back(
        std::make_unique<ParkedHandler<decltype(handler)>>(std::move(handler), executor_));
    const Place place = std::prev(parked_.end());
    if (!slot.is_connected()) return;
    // Who is cancelled twice before it runs again has left its place already.
    auto on_cancel = [this, place, left = false](asio::cancellation_type) mutable {
      if (!std::exchange(left, true)) finish(place, false);
    };
    auto cancel_slot = slot;
    cancel_slot.assign(std::move(on_cancel));
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(bool)>(
      start, use_task);
}

void WaitList::finish(Place place, bool woken) {
  const std::unique_ptr<Parked> parked = std::move(*place);
  parked_.erase(place);
  parked->complete(woken);
}

void WaitList::wake_one() {
  if (!parked_.empty()) finish(parked_.begin(), true);
}

void WaitList::wake_all() {
  while (!parked_.empty())
    wake_one();
}

}  // namespace sluice
