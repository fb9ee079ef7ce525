#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/log.hpp"

namespace sluice::cli {

/// A block at the end of the terminal that is drawn anew, with log lines above it. All on standard
/// error; callable from any thread, since log lines may come from one.
class TerminalView final : public LineWriter {
 public:
  ~TerminalView() override;
  void show(std::vector<std::string> lines);  ///< Empty: gone.
  void write_line(std::string_view line) override;

 private:
  void erase();
  void draw();

  std::mutex mutex_;
  std::vector<std::string> lines_;
  bool drawn_ = false;
};

struct TerminalSize {
  std::size_t width = 80, height = 24;
};
TerminalSize terminal_size();

}  // namespace sluice::cli
