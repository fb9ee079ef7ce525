#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "sluice/async/file_stream.hpp"
#include "sluice/async/task.hpp"

namespace sluice {

/// Reads a walk file by file and verifies its order: an order that is wrong would make a merge
/// delete and copy wrongly.
class OrderedCursor {
 public:
  OrderedCursor(std::unique_ptr<FileStream> stream, std::string name,
                std::function<void(const Error&)> on_failure)
      : stream_(std::move(stream)), name_(std::move(name)), on_failure_(std::move(on_failure)) {}

  /// The current file, or null at the end. Throws what the walk throws, and Error{protocol} for a
  /// wrong order.
  Task<FileInfo*> peek();
  /// Moves on to the next file.
  void advance() { ++position_; }
  std::uint64_t seen() const { return seen_; }

 private:
  std::unique_ptr<FileStream> stream_;
  std::string name_;
  std::function<void(const Error&)> on_failure_;
  std::span<FileInfo> batch_;
  std::size_t position_ = 0;
  std::size_t checked_ = 0;
  std::string last_path_;
  std::uint64_t seen_ = 0;
  bool ended_ = false;
};

}  // namespace sluice
