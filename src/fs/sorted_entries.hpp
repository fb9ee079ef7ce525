#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include "fs/record_sorter.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/core/file_info.hpp"

namespace sluice {

/// The entries of one directory in walk order. Up to some thousands are kept as they are; beyond,
/// they are sorted on the disk lane in bounded memory, and come back page by page.
class SortedEntries {
 public:
  SortedEntries(Runtime& runtime, std::size_t memory, std::filesystem::path scratch);
  ~SortedEntries();

  Task<> add(std::vector<FileInfo> entries);
  /// Nothing may be added after this.
  Task<> finish();

  /// What comes next, in order; the first of these is taken by pop(). Empty: ask more().
  std::span<FileInfo> upcoming() { return std::span(page_).subspan(at_); }
  void pop() { ++at_; }
  /// Reads the next page once upcoming() is empty; false at the end.
  Task<bool> more();

 private:
  void sort_page();
  void to_sorter();

  Runtime& runtime_;
  std::size_t memory_;
  std::filesystem::path scratch_;
  std::vector<FileInfo> page_;
  std::size_t at_ = 0;
  std::unique_ptr<RecordSorter> sorter_;
  bool ended_ = false;
};

}  // namespace sluice
