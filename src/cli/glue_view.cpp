#include "glue_view.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

namespace sluice::cli {

TerminalView::~TerminalView() {
  const std::lock_guard lock(mutex_);
  erase();
}

void TerminalView::show(std::vector<std::string> lines) {
  const std::lock_guard lock(mutex_);
  erase();
  lines_ = std::move(lines);
  draw();
}

void TerminalView::write_line(std::string_view line) {
  const std::lock_guard lock(mutex_);
  erase();
  std::fwrite(line.data(), 1, line.size(), stderr);
  draw();
}

void TerminalView::erase() {
  if (!drawn_) return;
  // To the block's first line, and from there to the end of the screen (ECMA-48: CPL, ED).
  fmt::print(stderr, "\x1b[{}F\x1b[J", lines_.size());
  drawn_ = false;
}

void TerminalView::draw() {
  for (const std::string& line : lines_)
    fmt::print(stderr, "{}\n", line);
  drawn_ = !lines_.empty();
}

TerminalSize terminal_size() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    return {};
  return {size.ws_col, size.ws_row};
}

}  // namespace sluice::cli
