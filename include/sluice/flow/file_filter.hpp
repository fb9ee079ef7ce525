#pragma once

#include <cstdint>
#include <optional>

#include "sluice/core/file_info.hpp"

namespace sluice {

/// Filters on what a file is, beside those on its path (WalkOptions). What they exclude is neither
/// copied nor deleted.
struct FileFilter {
  std::optional<std::uint64_t> min_size, max_size;  ///< Bytes, both inclusive.
  std::optional<TimePoint> not_before, not_after;   ///< On mtime; files without one pass.

  bool accepts(const FileInfo& file) const;
};

}  // namespace sluice
