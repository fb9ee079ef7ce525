#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/semaphore.hpp"
#include "sluice/async/task.hpp"
#include "sluice/fs/scratch_file.hpp"

namespace sluice {

/// A list of paths that is written once and then read once, in order. Above `memory_limit` it goes
/// to a temporary file that has no name (so nothing is left behind whatever happens).
class PathSpill {
 public:
  PathSpill(Runtime& runtime, std::filesystem::path directory, std::size_t memory_limit);

  /// Calls may overlap; one that finds the memory full waits for the disk. A list whose add()
  /// failed is not whole.
  Task<> add(std::string path);
  std::uint64_t size() const { return count_; }
  /// Up to `most` further paths; none at the end. After the first call nothing may be added.
  /// Throws Error{internal} at the end if not all that was added came back.
  Task<std::vector<std::string>> take(std::size_t most);

 private:
  Task<> spill();
  Task<bool> refill();

  Runtime& runtime_;
  ScratchFile file_;
  std::size_t memory_limit_;
  std::string buffer_;        // entries: 4-byte length, bytes
  std::size_t position_ = 0;  // in buffer_, when reading
  Semaphore writing_;         // one at a time
  std::uint64_t count_ = 0, taken_ = 0;
  std::uint64_t file_position_ = 0;
  bool reading_ = false;
};

}  // namespace sluice
