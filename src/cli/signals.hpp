#pragma once

#include <functional>
#include <memory>

#include "sluice/async/runtime.hpp"

namespace sluice::cli {

/// What SIGINT and SIGTERM do: the first one asks for an orderly stop and starts the grace period;
/// at its end, or at the second signal, everything is cancelled. Signals are caught as long as this
/// lives; stop() lets the loop run out of work before.
class SignalWatch {
 public:
  struct Actions {
    std::function<void()> stop;    ///< Ask for nothing new.
    std::function<void()> cancel;  ///< Break off what runs.
  };

  SignalWatch(Runtime& runtime, Duration grace, Actions actions);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::cli
