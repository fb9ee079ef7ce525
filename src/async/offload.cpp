#include "sluice/async/offload.hpp"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "async/lane_port.hpp"

namespace sluice {
namespace {

// What has run is kept for so long at most, for others to come home with it.
constexpr auto longest_kept = std::chrono::microseconds(200);

/// Jobs that have run, on their way to one loop.
class Finished {
 public:
  ~Finished() { hand_over(); }

  void add(std::unique_ptr<LaneJob> job) {
    if (!job->home) return;  // ends here
    if (home_ != job->home) hand_over();
    const auto now = std::chrono::steady_clock::now();
    if (jobs_.empty()) {
      home_ = job->home;
      since_ = now;
    }
    jobs_.push(std::move(job));
    if (now - since_ > longest_kept) hand_over();
  }

 private:
  void hand_over() {
    if (const auto home = std::exchange(home_, nullptr)) home->give(std::move(jobs_));
  }

  std::shared_ptr<LanePort> home_;
  JobList jobs_;
  std::chrono::steady_clock::time_point since_;
};

}  // namespace

struct LaneThread::State {
  std::string name;
  std::mutex mutex;
  std::condition_variable arrived;
  JobList queued;
  bool closing = false;
  std::thread thread;

  void work();
  JobList take();
};

JobList LaneThread::State::take() {
  std::unique_lock lock(mutex);
  arrived.wait(lock, [this] { return !queued.empty() || closing; });
  return std::move(queued);
}

void LaneThread::State::work() {
  pthread_setname_np(pthread_self(), name.c_str());
  for (JobList jobs = take(); !jobs.empty(); jobs.append(take())) {
    Finished finished;
    while (auto job = jobs.pop()) {
      job->run();
      finished.add(std::move(job));
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

void LaneThread::submit(std::unique_ptr<LaneJob> job) {
  JobList jobs;
  jobs.push(std::move(job));
  submit(std::move(jobs));
}

void LaneThread::submit(JobList jobs) {
  bool was_empty = false;
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->thread.joinable())
      state_->thread = std::thread([state = state_.get()] { state->work(); });
    was_empty = state_->queued.empty();
    state_->queued.append(std::move(jobs));
  }
  if (was_empty) state_->arrived.notify_one();
}

Lane::Lane(Executor executor, LaneThread& thread, std::size_t queue_limit)
    : thread_(thread),
      places_(executor, queue_limit),
      port_(std::make_shared<LanePort>(executor)) {}

void Lane::submit(std::unique_ptr<LaneJob> job) {
  port_->submit(std::move(job), thread_);
}

}  // namespace sluice
