#pragma once

#include <memory>
#include <optional>
#include <span>

#include "sluice/async/task.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/file_info.hpp"

namespace sluice {

/// Some files, and what could not be looked at (an unreadable directory is a failure, not an end).
struct FileBatch {
  std::span<FileInfo> files;
  std::span<const Error> failures;
};

/// A sequence of files made on demand: not asking is the back-pressure.
class FileStream {
 public:
  virtual ~FileStream() = default;
  /// The next batch (may be empty: everything was filtered out); nullopt is the only end. Valid
  /// until the next call. Throws when the sequence cannot go on (what came before is then no
  /// complete listing).
  virtual Task<std::optional<FileBatch>> next() = 0;
};

}  // namespace sluice
