#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace sluice::cli {

/// Text for a file descriptor, written in order by a thread of its own, since a pipe may be full
/// for hours and the loop must go on.
class OutputQueue {
 public:
  /// `file` stays open as long as this lives; the thread begins with the first text.
  explicit OutputQueue(int file) : file_(file) {}
  /// Drops what is not written.
  ~OutputQueue();
  OutputQueue(const OutputQueue&) = delete;
  OutputQueue& operator=(const OutputQueue&) = delete;

  /// Blocks only while more than 64 MiB wait, for memory is no pipe without an end. Nothing is kept
  /// after a failure.
  void push(std::string_view text);
  /// Bytes that are not written yet.
  std::size_t waiting();
  /// Waits up to `most` until all is written: so that a terminal shows lines in their order.
  void drain(std::chrono::milliseconds most);
  /// errno of the first write that failed; 0 while all is well.
  int failure() const { return failure_; }

 private:
  void work();
  void write_out(std::string_view text);

  const int file_;
  std::mutex mutex_;
  std::condition_variable arrived_, written_;
  std::string waiting_;
  std::size_t in_hand_ = 0;  // of the text that the thread is writing
  std::atomic<bool> closing_ = false;
  std::atomic<int> failure_ = 0;
  std::thread thread_;
};

}  // namespace sluice::cli
