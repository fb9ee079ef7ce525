#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/language.hpp"
#include "sluice/core/log.hpp"
#include "sluice/core/time.hpp"
#include "sluice/glue/workflow_run.hpp"

namespace sluice::cli {

/// How a run stands, for a terminal of `width` columns: the numbers and the elapsed time, then a
/// line for each job in the graph's order with its state, duration and error. At most `height`
/// lines: jobs that are done give way first. Pure.
std::vector<std::string> describe_run(const glue::WorkflowRunResult& run, TimePoint now,
                                      Language language, std::size_t width, std::size_t height);

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
