#include "sluice/core/log_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "sluice/core/error.hpp"

namespace sluice {
namespace {

constexpr std::size_t most_waiting = 100'000;  // lines; a disk that hangs must not eat the memory

class LogFile final : public LineWriter {
 public:
  explicit LogFile(LogFileOptions options) : options_(std::move(options)) {
    if (!open()) {
      throw Error(ErrorCode::config, "open log file", options_.path.string(),
                  std::generic_category().message(errno));
    }
    thread_ = std::thread([this] { work(); });
  }
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;

  ~LogFile() override {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    arrived_.notify_one();
    thread_.join();
    if (file_ >= 0) ::close(file_);
  }

  void write_line(std::string_view line) override {
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= most_waiting) {
        ++lost_;
        return;
      }
      waiting_.emplace_back(line);
    }
    arrived_.notify_one();
  }

 private:
  bool open() {
    const int opened =
        ::open(options_.path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (opened < 0) return false;
    if (file_ >= 0) ::close(file_);
    file_ = opened;
    struct stat status{};
    size_ = ::fstat(file_, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
    return true;
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      arrived_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
      const bool last = closing_;
      const std::deque<std::string> lines = std::exchange(waiting_, {});
      std::uint64_t lost = std::exchange(lost_, 0);
      lock.unlock();
      follow_path();
      lost = write(lines, lost);
      if (last && lost > 0) (void)append(words_for(lost));
      lock.lock();
      lost_ += lost;
      if (last) return;
    }
  }

  /// Returns how many lines are lost and not yet spoken of.
  std::uint64_t write(const std::deque<std::string>& lines, std::uint64_t lost) {
    for (const std::string& line : lines) {
      if (lost > 0 && append(words_for(lost))) lost = 0;
      if (!append(line)) ++lost;
    }
    return lost;
  }

  static std::string words_for(std::uint64_t lost) {
    return fmt::format("{} log lines were lost: the disk was too slow or full\n", lost);
  }

  // logrotate, or another process that shares the file, may have moved it away, or written to it.
  void follow_path() {
    struct stat ours{}, there{};
    const bool same = file_ >= 0 && ::fstat(file_, &ours) == 0 &&
                      ::stat(options_.path.c_str(), &there) == 0 && ours.st_dev == there.st_dev &&
                      ours.st_ino == there.st_ino;
    if (same) {
      size_ = static_cast<std::uint64_t>(ours.st_size);
    } else {
      open();  // if that fails, the old file goes on
    }
  }

  bool append(const std::string& line) {
    if (options_.max_bytes > 0 && size_ > 0 && size_ + line.size() > options_.max_bytes) rotate();
    // What was cut off by a full disk must not run into the next line.
    const std::string bytes = torn_ ? "\n" + line : line;
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written <= 0) return false;
    size_ += static_cast<std::uint64_t>(written);
    torn_ = written < static_cast<ssize_t>(bytes.size());
    return !torn_;
  }

  void rotate() {
    const std::string base = options_.path.string();
    for (std::size_t i = options_.keep; i > 0; --i) {
      const std::string from = i == 1 ? base : fmt::format("{}.{}", base, i - 1);
      // Fails when there is no such file yet; when renaming is forbidden, the log simply goes on
      // growing.
      (void)std::rename(from.c_str(), fmt::format("{}.{}", base, i).c_str());
    }
    if (options_.keep == 0) (void)::unlink(base.c_str());
    open();
  }

  LogFileOptions options_;
  int file_ = -1;
  std::uint64_t size_ = 0;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::string> waiting_;
  std::uint64_t lost_ = 0;
  bool closing_ = false, torn_ = false;
  std::thread thread_;
};

}  // namespace

std::shared_ptr<LineWriter> make_log_file(LogFileOptions options) {
  return std::make_shared<LogFile>(std::move(options));
}

}  // namespace sluice
