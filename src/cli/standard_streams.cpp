#include "standard_streams.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t block = 256_KiB;
/// How long the thread waits before it looks whether it shall stop.
constexpr int patience_ms = 100;
constexpr std::string_view standard_output = "standard output";

bool ready(int file, short event, int wait_ms, std::string_view name) {
  pollfd entry{.fd = file, .events = event, .revents = 0};
  const int count = ::poll(&entry, 1, wait_ms);
  if (count < 0 && errno != EINTR) throw error_from_errno(errno, "wait for", std::string(name));
  return count > 0;
}

// A pipe that poll() calls ready takes this much without blocking, and only this much for sure.
std::size_t piece_size(int file) {
  struct stat status{};
  return ::fstat(file, &status) == 0 && S_ISFIFO(status.st_mode) ? PIPE_BUF : block;
}

// Writes until a while has passed without room; returns how much went out.
std::size_t write_some(Bytes bytes) {
  const std::size_t piece = piece_size(STDOUT_FILENO);
  std::size_t written = 0;
  while (written < bytes.size() && ready(STDOUT_FILENO, POLLOUT, patience_ms, standard_output)) {
    const Bytes next = bytes.subspan(written, std::min(piece, bytes.size() - written));
    const ssize_t count = ::write(STDOUT_FILENO, next.data(), next.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw error_from_errno(errno, "write to", std::string(standard_output));
    written += static_cast<std::size_t>(count);
  }
  return written;
}

}  // namespace

InputReader::InputReader(Runtime& runtime, std::string name, StopRequested stop_requested)
    : file_(is_stream(name) ? STDIN_FILENO : -1),
      name_(is_stream(name) ? "standard input" : std::move(name)),
      stop_requested_(std::move(stop_requested)),
      thread_("sluice-input"),
      lane_(runtime.executor(), thread_, 1),
      buffer_(block) {}

InputReader::~InputReader() {
  if (file_ > STDIN_FILENO) ::close(file_);
}

// On the thread: what is there, at most a buffer; 0 at the end; nullopt if nothing came for a
// while.
std::optional<std::size_t> InputReader::fill() {
  if (file_ < 0) file_ = ::open(name_.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) throw error_from_errno(errno, "open", name_);
  std::size_t filled = 0;
  while (!ended_ && filled < buffer_.size() &&
         ready(file_, POLLIN, filled == 0 ? patience_ms : 0, name_)) {
    const ssize_t count = ::read(file_, buffer_.data() + filled, buffer_.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw error_from_errno(errno, "read from", name_);
    ended_ = count == 0;
    filled += static_cast<std::size_t>(count);
  }
  if (filled == 0 && !ended_) return std::nullopt;
  return filled;
}

Task<Bytes> InputReader::next() {
  while (!stop_requested_()) {
    auto job = [this] { return fill(); };
    const std::optional<std::size_t> count = co_await offload(lane_, job);
    if (count) co_return Bytes(buffer_).first(*count);
  }
  co_return Bytes();
}

OutputWriter::OutputWriter(Runtime& runtime, StopRequested stop_requested)
    : stop_requested_(std::move(stop_requested)),
      thread_("sluice-output"),
      lane_(runtime.executor(), thread_, 1) {}

Task<> OutputWriter::write(Bytes bytes) {
  while (!bytes.empty()) {
    if (stop_requested_()) throw cancelled("write to standard output");
    auto job = [bytes] { return write_some(bytes); };
    const std::size_t written = co_await offload(lane_, job);
    bytes = bytes.subspan(written);
  }
}

}  // namespace sluice::cli
