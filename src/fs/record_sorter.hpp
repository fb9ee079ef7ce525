#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fs/posix_file.hpp"

namespace sluice {

/// Sorts records by key (byte order, duplicates kept) in bounded memory: above `memory` bytes,
/// sorted runs go to an unlinked file below `scratch`. Chunks are sorted as they fill, so that no
/// call takes longer than one chunk, except the one that spills. Blocking: for offload jobs.
class RecordSorter {
 public:
  struct Record {
    std::string_view key;
    std::string_view payload;
  };
  static constexpr std::size_t max_key = 0xFFFF;
  static constexpr std::size_t max_payload = 0xFFFF;

  RecordSorter(std::size_t memory, std::filesystem::path scratch);
  RecordSorter(RecordSorter&&) = delete;
  ~RecordSorter();

  /// Throws Error{invalid_input} beyond the limits above, Error{no_space} if scratch is full.
  void add(std::string_view key, std::string_view payload);
  /// Nothing may be added after this.
  void finish();
  /// The next record in order; its views are valid until the next call.
  std::optional<Record> next();
  /// Back to the beginning; small buffers are kept for the next use.
  void reset();

  std::size_t spilled_runs() const { return spilled_.size(); }

  struct Chunk;
  class Run;

 private:
  struct FileRange {
    std::uint64_t begin, end;
  };

  void close_chunk();
  void spill();
  void start_runs();

  std::size_t memory_;
  std::size_t chunk_bytes_;
  std::filesystem::path scratch_;
  std::vector<std::unique_ptr<Chunk>> chunks_;  // the last one is being filled
  std::size_t closed_bytes_ = 0;                // held by all chunks but the last
  UniqueFd file_;
  std::uint64_t file_size_ = 0;
  std::vector<FileRange> spilled_;
  std::vector<std::unique_ptr<Run>> heap_;  // least current key first, once finished
  bool at_front_ = false;                   // the front's current record has been given out
};

}  // namespace sluice
