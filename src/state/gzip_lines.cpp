#include "state/gzip_lines.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "sluice/async/errors.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/core/error.hpp"
#include "state/backlog_line.hpp"

namespace sluice::state {
namespace {

// Small enough for the processor's second-level cache, large enough to make the calls cheap.
constexpr std::size_t block = 128_KiB;

std::uint64_t newlines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

GzipLines::GzipLines(std::filesystem::path file)
    : file_(std::move(file)), descriptor_(::open(file_.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0) throw error_from_errno(errno, "opening the backlog", file_.string());
  packed_.resize(block);
}

GzipLines::~GzipLines() {
  ::close(descriptor_);
}

std::string GzipLines::place_of(std::uint64_t line) const {
  return file_.string() + ": line " + std::to_string(line);
}

void GzipLines::fail_here(std::string reason) const {
  const std::uint64_t line = line_ + newlines_in(rest()) + 1;
  throw Error(ErrorCode::integrity, "reading the backlog", place_of(line), std::move(reason));
}

/// False at the end of the file.
bool GzipLines::read_block() {
  ssize_t length = -1;
  do {
    length = ::read(descriptor_, packed_.data(), packed_.size());
  } while (length < 0 && errno == EINTR);
  if (length < 0) throw error_from_errno(errno, "reading the backlog", file_.string());
  packed_rest_ = as_bytes(packed_).first(static_cast<std::size_t>(length));
  return length > 0;
}

/// Unpacks some more behind the rest; false at the end, which gzip has then proven.
bool GzipLines::fill() {
  plain_.erase(0, at_);
  at_ = 0;
  const bool more = !packed_rest_.empty() || read_block();
  std::optional<std::string> corrupt;
  try {
    more ? gzip_.read(packed_rest_, plain_, plain_.size() + block) : gzip_.finish();
  } catch (const Error& error) {
    corrupt = error.message();
  }
  if (corrupt) fail_here(std::move(*corrupt));
  return more;
}

std::optional<std::string_view> GzipLines::next() {
  std::size_t searched = 0;
  for (;;) {
    const std::string_view text = rest();
    const std::size_t end = text.find('\n', searched);
    if (end == std::string_view::npos) {
      if (text.size() > backlog_line_limit) fail_here("the line is too long");
      searched = text.size();
      if (fill()) continue;
      if (text.empty()) return std::nullopt;
      at_ = plain_.size();  // a last line without its end: gzip vouches for it
      ++line_;
      return std::string_view(plain_);
    }
    ++line_;
    at_ += end + 1;
    searched = 0;
    if (end > 0) return text.substr(0, end);
  }
}

std::uint64_t GzipLines::count() {
  std::uint64_t lines = 0;
  while (next())
    ++lines;
  return lines;
}

}  // namespace sluice::state
