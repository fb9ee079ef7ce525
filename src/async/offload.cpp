#include "sluice/async/offload.hpp"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace sluice {

struct LaneThread::State {
  std::string name;
  std::mutex mutex;
  std::condition_variable arrived;
  Job* first = nullptr;
  Job** last = &first;
  bool closing = false;
  std::thread thread;

  void work();
  Job* take();
};

LaneThread::Job* LaneThread::State::take() {
  std::unique_lock lock(mutex);
  arrived.wait(lock, [this] { return first || closing; });
  Job* all = std::exchange(first, nullptr);
  last = &first;
  return all;
}

void LaneThread::State::work() {
  pthread_setname_np(pthread_self(), name.c_str());
  while (Job* job = take()) {
    while (job) {
      const std::unique_ptr<Job> current(std::exchange(job, job->next));
      current->run();
    }
  }
}

LaneThread::LaneThread(std::string name) : state_(std::make_unique<State>()) {
  state_->name = std::move(name);
}

LaneThread::~LaneThread() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
  }
  state_->arrived.notify_one();
  if (state_->thread.joinable()) state_->thread.join();
}

void LaneThread::submit(std::unique_ptr<Job> job) {
  bool was_empty = false;
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->thread.joinable())
      state_->thread = std::thread([state = state_.get()] { state->work(); });
    was_empty = state_->first == nullptr;
    *state_->last = job.get();
    state_->last = &job.release()->next;
  }
  if (was_empty) state_->arrived.notify_one();
}

}  // namespace sluice
