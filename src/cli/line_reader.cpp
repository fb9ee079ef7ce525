#include "line_reader.hpp"

#include "sluice/core/error.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t longest_line = 1_MiB;

}  // namespace

LineReader::LineReader(Runtime& runtime, std::string file, StopRequested stop_requested)
    : name_(file), input_(runtime, std::move(file), std::move(stop_requested)) {}

Task<bool> LineReader::fill() {
  buffer_.erase(0, position_);
  position_ = 0;
  if (buffer_.size() > longest_line)
    throw Error(ErrorCode::invalid_input, "read", name_, "a line is longer than 1 MiB");
  const Bytes bytes = co_await input_.next();
  buffer_ += as_text(bytes);
  co_return !bytes.empty();
}

Task<std::optional<std::string>> LineReader::next() {
  for (;;) {
    const auto end = buffer_.find('\n', position_);
    if (end == std::string::npos && !ended_) {
      const bool more = co_await fill();
      ended_ = !more;
      if (ended_ && input_.stopped()) co_return std::nullopt;  // the last line may be half a name
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
