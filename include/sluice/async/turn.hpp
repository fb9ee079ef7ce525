#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "sluice/async/task.hpp"

namespace sluice {

/// How long one piece of code may keep the loop before timers and sockets are served.
class Turn {
 public:
  static constexpr auto longest = std::chrono::microseconds(500);

  bool over() const { return std::chrono::steady_clock::now() >= until_; }

 private:
  std::chrono::steady_clock::time_point until_ = std::chrono::steady_clock::now() + longest;
};

/// The turn that the coroutines of a loop share: thousands may be ready at the same moment, and
/// the loop looks at timers and sockets only after all of them. Who is about to do something of
/// weight (connect, a handshake, a request) asks first:
///
///     if (turn.over()) co_await turn.next();
class LoopTurn {
 public:
  explicit LoopTurn(Executor loop);

  /// Whether what ran in this turn took its time already. Costs a look at the clock.
  bool over();
  /// Goes on in a later turn; a few do in each, first come, first served. Throws Error{cancelled}.
  Task<> next();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sluice
