#include "net/watch.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <utility>

namespace sluice::net {

Watch::Watch(Runtime& runtime, Duration tick)
    : runtime_(runtime), clock_(runtime.shared_clock()), tick_(tick), timer_(runtime.executor()) {}

void Watch::add(Watched& item) {
  item.place_ = items_.size();
  items_.push_back(&item);
  if (running_) return sooner(item.alarm());
  if (stopped_) return;
  running_ = true;
  next_ = std::min(now() + tick_, item.alarm());
  runtime_.spawn("http watch", run(shared_from_this()));
}

void Watch::remove(Watched& item) noexcept {
  items_.back()->place_ = item.place_;
  items_[item.place_] = items_.back();
  items_.pop_back();
}

void Watch::sooner(SteadyTime alarm) {
  if (alarm >= next_) return;
  next_ = alarm;
  timer_.cancel();  // run() takes up the new moment
}

void Watch::stop() {
  stopped_ = true;
  timer_.cancel();
}

Task<> Watch::run(std::shared_ptr<Watch> self) {
  struct Mark {
    Watch& watch;
    ~Mark() { watch.running_ = false; }
  };
  const Mark mark{*self};
  while (!self->items_.empty() && !self->stopped_) {
    self->timer_.expires_at(self->next_);
    boost::system::error_code woken;
    co_await self->timer_.async_wait(asio::redirect_error(use_task, woken));
    self->tick();
  }
}

void Watch::tick() {
  const SteadyTime now = this->now();
  // check() may end waits but never adds or removes here: coroutines go on later, from the loop.
  for (Watched* item : items_)
    item->check(now);
  next_ = now + tick_;
  for (const Watched* item : items_) {
    // An item that is overdue has been dealt with.
    if (item->alarm() > now) next_ = std::min(next_, item->alarm());
  }
}

}  // namespace sluice::net
