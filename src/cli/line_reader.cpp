#include "line_reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t block = 64 * 1024;
constexpr std::size_t longest_line = 1024 * 1024;

}  // namespace

LineReader::LineReader(Runtime& runtime, std::string file)
    : runtime_(runtime), name_(std::move(file)) {
  if (name_ == "-") file_ = STDIN_FILENO;
}

LineReader::~LineReader() {
  if (file_ > STDIN_FILENO) ::close(file_);
}

Task<bool> LineReader::fill() {
  buffer_.erase(0, position_);
  position_ = 0;
  if (buffer_.size() > longest_line)
    throw Error(ErrorCode::invalid_input, "read", name_, "a line is longer than 1 MiB");
  auto job = [this] {
    if (file_ < 0) file_ = ::open(name_.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) throw error_from_errno(errno, "open", name_);
    std::string bytes(block, '\0');
    ssize_t count = 0;
    do {
      count = ::read(file_, bytes.data(), bytes.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0) throw error_from_errno(errno, "read", name_);
    bytes.resize(static_cast<std::size_t>(count));
    return bytes;
  };
  const std::string bytes = co_await offload(runtime_.disk(), job);
  buffer_ += bytes;
  co_return !bytes.empty();
}

Task<std::optional<std::string>> LineReader::next() {
  for (;;) {
    const auto end = buffer_.find('\n', position_);
    if (end == std::string::npos && !ended_) {
      const bool more = co_await fill();
      ended_ = !more;
      continue;
    }
    if (end == std::string::npos && position_ == buffer_.size()) co_return std::nullopt;
    const auto stop = end == std::string::npos ? buffer_.size() : end;
    std::string line = buffer_.substr(position_, stop - position_);
    position_ = end == std::string::npos ? buffer_.size() : end + 1;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) co_return line;
  }
}

}  // namespace sluice::cli
