#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/async/concurrency.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/flow/file_filter.hpp"
#include "sluice/flow/progress.hpp"
#include "sluice/fs/file_system.hpp"
#include "sluice/fs/temporaries.hpp"
#include "sluice/state/backlog.hpp"
#include "sluice/state/status_memory.hpp"
#include "sluice/state/work_source.hpp"

namespace sluice {

/// A private copy of a file, under the file's own name (as far as a disk takes it) in a directory
/// of its own, which is removed afterwards with all that a step leaves there.
struct LocalFile {
  std::filesystem::path path;
  FileInfo info;  ///< Of the file it stands for.
};

/// The user's processing: reads `in` and writes `out` (which does not exist yet), or throws. It may
/// also change `in` and leave `out` away. A step need not be idempotent: it is never fed its own
/// output. Runs on the loop, so blocking work must be offloaded; several steps run at once.
using ProcessStep = std::function<Task<>(OpContext context, LocalFile in, LocalFile out)>;

/// A program as the step, without a shell: "{in}", "{out}", "{path}" (relative path) and "{name}"
/// (its last part) are replaced in the words of `command`. Its last words on stderr become the
/// error.
struct CommandStep {
  std::string command;  ///< "prog --flag {in} {out}"; words split at white space, with '...' and
                        ///< "..." quotes.
  bool shell = false;   ///< Run by /bin/sh -c; the replacements are then quoted for it.
  std::optional<Duration> timeout;
};
/// Throws Error{invalid_input} for an empty command or an unclosed quote.
ProcessStep make_command_step(Runtime& runtime, CommandStep command);

struct ScanOptions {
  std::string root;  ///< Below the file system's root; "" is all.
  WalkOptions walk;  ///< Symlinks::skip only: a link is another name of a file, or leads elsewhere.
  FileFilter filter;
  std::filesystem::path backlog;  ///< Written whole or not at all.
  /// `done` are the files for the backlog, `skipped` those that need nothing now; no bytes.
  ProgressCallback on_progress;
  std::function<bool()> stop_requested;
};

struct ScanReport {
  BacklogSummary backlog;
  StatusTally tally;
};

struct ProcessOptions {
  ProcessStep step;
  ConcurrencyBounds concurrency;
  std::optional<std::uint64_t> max_errors;    ///< Stop taking work after more failures than this.
  std::filesystem::path temporary_directory;  ///< Empty: /tmp.
  std::shared_ptr<TemporaryJournal> journal;  ///< Sweeps what a killed run left; may be null.
  ProgressCallback on_progress;
  std::function<bool()> stop_requested;  ///< Asked before each new file.
};

struct ProcessReport {
  Progress progress;
  FailureList failures;
  std::uint64_t unchanged = 0;  ///< Of those done: the step's output was the same as its input.
  bool stopped = false;         ///< By stop_requested, max_errors or cancellation.
};

/// The overwrite batch: scan and filter into a backlog, then download, process, upload over the
/// original, remember.
///
/// Order of effects for each file: intent -> upload durable -> remembered as done -> reported; a
/// crash between any two leads to a harmless repeat. The file system and the memory must outlive
/// the workflow. Lives on the loop.
class ProcessingWorkflow {
 public:
  ProcessingWorkflow(Runtime& runtime, FileSystem& files, StatusMemory& memory);

  /// Also the file system's and the memory's, each with fields that tell them apart. Before the
  /// first call; else they log to the runtime's.
  void set_logger(Logger logger);

  /// Writes the backlog of the files that need processing. Throws what prevents it from being
  /// whole; failures of single directories are in the report. Error{invalid_input} for options that
  /// a batch cannot have.
  Task<ScanReport> scan_and_filter(OpContext context, ScanOptions options);

  /// Processes what `work` hands out. One file's failure is remembered and never stops the others;
  /// a failure of the memory or of the work source does. A run that is cancelled cleans up and
  /// returns what it has done, stopped; the caller's own cancellation is then disabled.
  Task<ProcessReport> process_files(OpContext context, WorkSource& work, ProcessOptions options);

 private:
  Runtime& runtime_;
  FileSystem& files_;
  StatusMemory& memory_;
  Logger log_;
};

/// For StatusOptions::checksum_of: the stored checksum if there is one, else by reading the file.
ChecksumOf make_checksum_of(FileSystem& files, OpContext context);

}  // namespace sluice
