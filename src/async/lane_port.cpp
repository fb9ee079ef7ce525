#include "async/lane_port.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "sluice/async/turn.hpp"

namespace sluice {

JobList::~JobList() {
  while (!empty())
    pop();
}

void JobList::push(std::unique_ptr<LaneJob> job) {
  *last_ = job.get();
  last_ = &job.release()->next;
}

std::unique_ptr<LaneJob> JobList::pop() {
  if (empty()) return nullptr;
  std::unique_ptr<LaneJob> job(first_);
  first_ = std::exchange(job->next, nullptr);
  if (empty()) last_ = &first_;
  return job;
}

void JobList::append(JobList&& other) {
  if (other.empty()) return;
  *last_ = std::exchange(other.first_, nullptr);
  last_ = std::exchange(other.last_, &other.first_);
}

/// The loop's handler. A loop that is destroyed instead of run drops the jobs with it.
class LanePort::Drain {
 public:
  explicit Drain(std::shared_ptr<LanePort> port) : port_(std::move(port)) {}
  Drain(Drain&&) noexcept = default;
  Drain& operator=(Drain&&) = delete;
  ~Drain() {
    if (port_) port_->drop();
  }
  void operator()() { std::exchange(port_, nullptr)->drain(); }

 private:
  std::shared_ptr<LanePort> port_;
};

/// The end of the turn in which jobs were submitted.
class LanePort::Departure {
 public:
  Departure(std::shared_ptr<LanePort> port, LaneThread& thread)
      : port_(std::move(port)), thread_(&thread) {}
  Departure(Departure&&) noexcept = default;
  Departure& operator=(Departure&&) = delete;
  ~Departure() {
    if (port_) port_->drop();
  }
  void operator()() { thread_->submit(std::exchange(port_, nullptr)->departing_.take_all()); }

 private:
  std::shared_ptr<LanePort> port_;
  LaneThread* thread_;
};

void LanePort::submit(std::unique_ptr<LaneJob> job, LaneThread& thread) {
  if (expected_++ == 0) alive_.emplace(loop_);
  const bool first = departing_.empty();
  departing_.push(std::move(job));
  if (first) asio::post(loop_, Departure(shared_from_this(), thread));
}

void LanePort::give(JobList jobs) {
  // Posts under the lock, which refill() takes: a loop that has these jobs, and may end with them,
  // cannot be gone while this thread is still inside post().
  const std::lock_guard lock(mutex_);
  arrived_.append(std::move(jobs));
  if (!std::exchange(draining_, true)) asio::post(loop_, Drain(shared_from_this()));
}

bool LanePort::refill() {
  const std::lock_guard lock(mutex_);
  ready_.append(std::move(arrived_));
  draining_ = !ready_.empty();
  return draining_;
}

void LanePort::drain() {
  const Turn turn;
  do {
    if (ready_.empty() && !refill()) return;
    if (--expected_ == 0) alive_.reset();
    auto job = ready_.pop();
    LaneJob& running = *job;
    running.deliver(std::move(job));
  } while (!turn.over());
  asio::post(loop_, Drain(shared_from_this()));
}

void LanePort::drop() {
  refill();
  ready_.append(departing_.take_all());
  while (auto job = ready_.pop()) {
  }
  alive_.reset();
}

}  // namespace sluice
