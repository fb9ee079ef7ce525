#include "fs/local_walk_stream.hpp"

#include <exception>
#include <utility>

#include "fs/disk_job.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/wait_list.hpp"

namespace sluice {
namespace {

/// Shared with the job that is out, which may outlive the stream.
struct WalkState {
  WalkState(Executor executor, std::unique_ptr<LocalWalker> local_walker)
      : walker(std::move(local_walker)), filled(std::move(executor)) {}

  std::unique_ptr<LocalWalker> walker;
  WalkPage current, ahead;
  bool filling = false;
  std::exception_ptr thrown;
  WaitList filled;
};

/// One fill of the page ahead. Also ends it if the task that carries it is never run.
class FillTurn {
 public:
  explicit FillTurn(std::shared_ptr<WalkState> state) : state_(std::move(state)) {
    state_->filling = true;
  }
  FillTurn(FillTurn&&) = default;
  FillTurn& operator=(FillTurn&&) = delete;
  ~FillTurn() {
    if (state_) end(std::make_exception_ptr(cancelled("walk")));
  }

  WalkState& state() { return *state_; }
  void end(std::exception_ptr thrown) {
    const std::shared_ptr<WalkState> state = std::exchange(state_, nullptr);
    state->filling = false;
    state->thrown = std::move(thrown);
    state->filled.wake_all();
  }

 private:
  std::shared_ptr<WalkState> state_;
};

Task<> fill_ahead(Runtime& runtime, FillTurn turn) {
  std::exception_ptr thrown;
  try {
    auto job = [&state = turn.state()] { state.walker->fill(state.ahead); };
    co_await offload(runtime.disk(), job);
  } catch (...) {
    thrown = std::current_exception();
  }
  turn.end(thrown);
}

class LocalWalkStream final : public FileStream {
 public:
  LocalWalkStream(Runtime& runtime, OpContext context, std::unique_ptr<LocalWalker> walker)
      : runtime_(runtime),
        context_(std::move(context)),
        state_(std::make_shared<WalkState>(runtime.executor(), std::move(walker))) {}

  Task<std::optional<FileBatch>> next() override {
    check_deadline(runtime_, context_, "walk");
    if (ended_) co_return std::nullopt;
    if (!std::exchange(started_, true)) start_filling();
    while (state_->filling) {
      const bool woken = co_await state_->filled.wait();
      if (!woken) throw cancelled("walk");
    }
    if (state_->thrown) {
      ended_ = true;
      std::rethrow_exception(std::exchange(state_->thrown, nullptr));
    }
    std::swap(state_->current, state_->ahead);
    ended_ = state_->current.ended;
    if (!ended_) start_filling();
    WalkPage& page = state_->current;
    co_return FileBatch{std::span(page.files).first(page.count), page.failures};
  }

 private:
  void start_filling() { runtime_.spawn("walk", fill_ahead(runtime_, FillTurn(state_))); }

  Runtime& runtime_;
  OpContext context_;
  std::shared_ptr<WalkState> state_;
  bool started_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<FileStream> make_local_walk(Runtime& runtime, OpContext context,
                                            std::unique_ptr<LocalWalker> walker) {
  return std::make_unique<LocalWalkStream>(runtime, std::move(context), std::move(walker));
}

}  // namespace sluice
