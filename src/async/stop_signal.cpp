#include "sluice/async/stop_signal.hpp"

#include "sluice/async/errors.hpp"

namespace sluice {

Task<> StopSignal::wait() {
  while (!requested_) {
    const bool woken = co_await waiting_.wait();
    if (!woken) throw cancelled("waiting for a stop");
  }
}

}  // namespace sluice
