#pragma once

#include "sluice/async/task.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/core/file_info.hpp"

namespace sluice {

/// The bytes of one file, from begin to end. One call at a time.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// What is being served (size, mtime, tag: pinned; a change meanwhile is Error{conflict}).
  virtual const FileInfo& info() const = 0;
  /// The next bytes; empty at the end, and only after length and (where known) checksum have been
  /// found right. The view is valid until the next call.
  virtual Task<Bytes> next() = 0;
};

/// Where a file is written. Whole at commit(), or not at all: nothing is visible under its name
/// before. Destroyed without either call, it hands its clean-up to its file system.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  /// Takes the next bytes; the view is free again when this returns.
  virtual Task<void> write(Bytes bytes) = 0;
  /// Makes the file visible and returns it as it is now (what a walk would report). Nothing may
  /// follow.
  virtual Task<FileInfo> commit() = 0;
  /// Removes what was written so far. Nothing may follow.
  virtual Task<void> abort() = 0;
};

}  // namespace sluice
