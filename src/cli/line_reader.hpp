#pragma once

#include <optional>
#include <string>

#include "standard_streams.hpp"

namespace sluice::cli {

/// The lines of a file, or of standard input ("-"), without blocking the loop. Empty lines and a
/// last CR are dropped.
class LineReader {
 public:
  LineReader(Runtime& runtime, std::string file, StopRequested stop_requested);

  /// nullopt at the end, or when a stop was requested. Throws Error naming the file.
  Task<std::optional<std::string>> next();

 private:
  Task<bool> fill();

  std::string name_;
  InputReader input_;
  std::string buffer_;
  std::size_t position_ = 0;
  bool ended_ = false;
};

}  // namespace sluice::cli
