#pragma once

#include <optional>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"

namespace sluice::cli {

/// The lines of a file, or of standard input ("-"), without blocking the loop. Empty lines and a
/// last CR are dropped.
class LineReader {
 public:
  LineReader(Runtime& runtime, std::string file);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// nullopt at the end. Throws Error naming the file.
  Task<std::optional<std::string>> next();

 private:
  Task<bool> fill();

  Runtime& runtime_;
  std::string name_;
  int file_ = -1;
  std::string buffer_;
  std::size_t position_ = 0;
  bool ended_ = false;
};

}  // namespace sluice::cli
