#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "sluice/core/bytes.hpp"

namespace sluice {

/// A temporary file without a name below `directory`, so that nothing is left behind whatever
/// happens. Made by the first append(). Blocking: for jobs of the disk lane, one at a time.
class ScratchFile {
 public:
  explicit ScratchFile(std::filesystem::path directory);
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile();

  /// Throws Error (no_space ...); the file is then as long as before.
  void append(Bytes bytes);
  /// Reads until `buffer` is full or the file ends; returns the bytes read.
  std::size_t read_at(MutableBytes buffer, std::uint64_t offset) const;
  std::uint64_t size() const { return size_; }

 private:
  struct Descriptor;

  std::filesystem::path directory_;
  std::unique_ptr<Descriptor> file_;
  std::uint64_t size_ = 0;
};

}  // namespace sluice
