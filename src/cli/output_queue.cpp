#include "output_queue.hpp"
#include "sluice/core/bytes.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace sluice::cli {
namespace {

constexpr std::size_t most_waiting = 64_MiB;
/// How long the thread waits for room before it looks whether it shall stop.
constexpr int patience_ms = 100;

// What poll() calls ready takes PIPE_BUF without blocking, and only this much for sure; a disk is
// another matter.
std::size_t piece_size(int file) {
  constexpr std::size_t block = 256UL * 1024;
  struct stat status{};
  return ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) ? block : PIPE_BUF;
}

}  // namespace

OutputQueue::~OutputQueue() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  arrived_.notify_one();
  thread_.join();
}

void OutputQueue::push(std::string_view text) {
  std::unique_lock lock(mutex_);
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  written_.wait(lock, [this] { return waiting_.size() < most_waiting || failure_ != 0; });
  if (failure_ != 0) return;
  waiting_ += text;
  arrived_.notify_one();
}

std::size_t OutputQueue::waiting() {
  const std::lock_guard lock(mutex_);
  return waiting_.size() + in_hand_;
}

void OutputQueue::drain(std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  written_.wait_for(lock, most, [this] { return waiting_.empty() && in_hand_ == 0; });
}

void OutputQueue::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    arrived_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
    if (closing_) return;
    const std::string text = std::exchange(waiting_, {});
    in_hand_ = text.size();
    lock.unlock();
    if (failure_ == 0) write_out(text);
    lock.lock();
    in_hand_ = 0;
    written_.notify_all();
  }
}

void OutputQueue::write_out(std::string_view text) {
  const std::size_t piece = piece_size(file_);
  while (!text.empty() && !closing_) {
    pollfd entry{.fd = file_, .events = POLLOUT, .revents = 0};
    const int ready = ::poll(&entry, 1, patience_ms);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t count = ::write(file_, text.data(), std::min(text.size(), piece));
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) {
      failure_ = errno;
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace sluice::cli
