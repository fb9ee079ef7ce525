#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sluice/async/concurrency.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/flow/file_filter.hpp"
#include "sluice/flow/progress.hpp"
#include "sluice/fs/file_system.hpp"

namespace sluice {

/// When two files of one path count as the same.
enum class Compare : std::uint8_t {
  /// Same size, and: where the destination keeps mtimes, the same mtime (at the coarser precision
  /// of the two); where it does
  /// not (S3), a destination that is not older than the source. Needs no request an object.
  size_and_time,
  size_only,
  checksum,  ///< Same size and content; reads local files, and remote ones that have no stored
             ///< checksum.
  /// Same size, and the original mtime kept in the object's metadata is the same (may ask for each
  /// object of the same size).
  metadata_time,
};

struct SyncAction {
  enum class Kind : std::uint8_t { copy, remove, skip };
  Kind kind;
  std::string path;
  std::uint64_t size = 0;
  std::string reason;  ///< "missing", "size differs", "newer" ...
};

struct SyncOptions {
  WalkOptions walk;  ///< For both sides.
  FileFilter filter;
  Compare compare = Compare::size_and_time;
  bool ignore_times = false;  ///< Copy everything (a recursive copy).
  bool ignore_existing = false;
  bool delete_extra = false;
  std::optional<std::uint64_t>
      max_delete;  ///< More deletions than this: none happens, and that is a failure.
  bool dry_run = false;
  bool durable = false;  ///< Local destinations: each file on disk before it counts.
  std::optional<std::uint64_t> max_errors;  ///< Stop asking for more after this many failures.
  ConcurrencyBounds concurrency;
  std::filesystem::path temporary_directory;  ///< For long lists of names; empty: /tmp.
  std::shared_ptr<const FileExtras>
      attributes;  ///< For the copies (storage class, encryption, metadata ...).
  ProgressCallback on_progress;
  std::function<void(const SyncAction&)>
      on_action;  ///< Called as each copy or deletion is done (or would be).
  std::function<bool()>
      stop_requested;  ///< Asked before each new file; true: let running ones finish.
};

struct SyncReport {
  Progress progress;
  FailureList failures;
  bool stopped = false;          ///< By stop_requested, max_errors or cancellation.
  bool listing_complete = true;  ///< Both listings ended without a failure.
  std::optional<std::uint64_t>
      deletions_withheld;              ///< Why nothing was deleted: this many would have been.
  std::uint64_t would_copy_bytes = 0;  ///< dry_run: bytes that a run would copy.
};

/// Makes `destination` hold the files of `source`: a merge of two ordered walks in constant memory.
/// One file's failure never stops the others. Deletions come last, and only after both listings
/// ended without a failure. A run that is cancelled cleans up and returns what it has done,
/// stopped; the caller's own cancellation is then disabled.
Task<SyncReport> sync(Runtime& runtime, OpContext context, FileSystem& source,
                      FileSystem& destination, SyncOptions options);

/// Copies the named files (as they are asked for) under the same names, without listing either
/// side.
Task<SyncReport> copy_named(Runtime& runtime, OpContext context, FileSystem& source,
                            std::function<Task<std::optional<std::string>>()> next_name,
                            FileSystem& destination, SyncOptions options);

}  // namespace sluice
