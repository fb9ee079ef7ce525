#include "sluice/async/turn.hpp"

#include <boost/asio/post.hpp>

#include "sluice/async/errors.hpp"
#include "sluice/async/wait_list.hpp"

namespace sluice {
namespace {

// A handshake's step takes a good part of a millisecond, and turns of the loop are cheap.
constexpr int resumed_a_turn = 2;

}  // namespace

/// Outlives its owner in what is posted.
struct LoopTurn::State : std::enable_shared_from_this<State> {
  explicit State(Executor executor) : loop(executor), waiting(executor) {}

  void resume_some();
  void resume_later() {
    resuming = true;
    asio::post(loop, [state = shared_from_this()] { state->resume_some(); });
  }

  Executor loop;
  Turn turn;
  bool running = false;   // a turn began that has not ended
  bool resuming = false;  // resume_some() is posted
  WaitList waiting;
};

void LoopTurn::State::resume_some() {
  for (int i = 0; i < resumed_a_turn && !waiting.empty(); ++i)
    waiting.wake_one();
  resuming = false;
  if (!waiting.empty()) resume_later();
}

LoopTurn::LoopTurn(Executor loop) : state_(std::make_shared<State>(std::move(loop))) {}

bool LoopTurn::over() {
  // Who comes later does not overtake.
  if (!state_->waiting.empty()) return true;
  if (state_->running) return state_->turn.over();
  state_->running = true;
  state_->turn = Turn();
  // What is posted now comes after all that is ready now, and after the loop has looked around.
  asio::post(state_->loop, [state = state_] { state->running = false; });
  return false;
}

Task<> LoopTurn::next() {
  if (!state_->resuming) state_->resume_later();
  const bool woken = co_await state_->waiting.wait();
  if (!woken) throw cancelled("waiting for a turn of the loop");
}

}  // namespace sluice
