#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sluice/async/file_stream.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/file_info.hpp"
#include "sluice/core/log.hpp"
#include "sluice/state/decision.hpp"
#include "sluice/state/key_value_store.hpp"
#include "sluice/state/status_records.hpp"

namespace sluice {

/// What became of the files that passed by a needs_processing() stream.
struct StatusTally {
  std::uint64_t process = 0, skipped = 0, waiting = 0, given_up = 0, recovered = 0;
};

/// Remembers what was done to which version of which file. Lives on the loop; calls may overlap.
class StatusMemory {
 public:
  virtual ~StatusMemory() = default;

  /// The files of `files` that are to be processed. Directories and special files are left out;
  /// failures pass through. Counts into `tally` if there is one. Must not outlive the memory.
  virtual std::unique_ptr<FileStream> needs_processing(std::unique_ptr<FileStream> files,
                                                       std::shared_ptr<StatusTally> tally) = 0;
  std::unique_ptr<FileStream> needs_processing(std::unique_ptr<FileStream> files) {
    return needs_processing(std::move(files), nullptr);
  }

  /// Durable before it returns, and called before `before` is overwritten with `output`: after a
  /// crash, a file that matches `output` counts as done and is not fed to the step again.
  virtual Task<> intend(FileInfo before, Fingerprint output) = 0;

  /// `after` is the file as it is after our upload. Durable when it returns.
  virtual Task<> report_done(FileInfo after) = 0;

  /// `file` is the version that failed. A cancelled file is not recorded: it did not fail. An
  /// intent stays, for the overwrite may have happened all the same.
  virtual Task<> report_error(FileInfo file, Error error) = 0;

  /// Where it logs, under the fields component and backend. Without effect where nothing is logged.
  virtual void set_logger(Logger) {}
};

/// Computes the checksum of the file's content now ("crc64nvme", base64); nullopt if there is none
/// to be had. What it throws is a failure in the stream; that file stays in doubt and is not
/// processed.
using ChecksumOf = std::function<Task<std::optional<std::string>>(FileInfo, std::string)>;

struct StatusOptions {
  std::string job;   ///< With `root`, the namespace: equal paths of other jobs or roots are others.
  std::string root;  ///< FileSystem::identity(): two names of one tree are one root.
  DecisionPolicy policy;
  /// Asked about files that may be the output of an interrupted overwrite, where size, tag and
  /// mtime cannot tell. Without it (or an answer) decide_unverified() decides.
  ChecksumOf checksum_of;
};

struct StatusCounts {
  std::uint64_t completed = 0;
  std::uint64_t errors = 0;    ///< With those given up.
  std::uint64_t given_up = 0;  ///< Failed max_tries times.
  std::uint64_t intents = 0;   ///< Overwrites begun and not yet remembered as done.
};

/// A StatusMemory in a store. Concurrent reports share one write (group commit); each returns only
/// when its own is durable. Keys: "sluice:<job>:<root>:completed:<path>" (error:, intent:), where
/// ':' and '%' of job and root are percent-encoded and the path's bytes are kept.
class StoredStatusMemory final : public StatusMemory {
 public:
  /// The store is closed by its owner, after this memory is done with.
  StoredStatusMemory(Runtime& runtime, std::shared_ptr<KeyValueStore> store, StatusOptions options);
  ~StoredStatusMemory() override;

  using StatusMemory::needs_processing;
  std::unique_ptr<FileStream> needs_processing(std::unique_ptr<FileStream> files,
                                               std::shared_ptr<StatusTally> tally) override;
  Task<> intend(FileInfo before, Fingerprint output) override;
  Task<> report_done(FileInfo after) override;
  Task<> report_error(FileInfo file, Error error) override;
  void set_logger(Logger logger) override;

  Task<StatusCounts> counts();
  /// Up to `limit` failed files whose paths are greater than `after_path` (empty: from the first),
  /// in byte order of the paths.
  Task<std::vector<ErrorRecord>> errors(std::string after_path, std::size_t limit);
  /// Makes every failed file due for another try, with all its tries. Returns how many.
  Task<std::uint64_t> retry_now();
  /// Forgets all about these paths.
  Task<> forget(std::vector<std::string> paths);
  /// Forgets all about this job and root. Returns how many keys went.
  Task<std::uint64_t> reset();

  struct State;  ///< Internal: what the memory shares with its streams.

 private:
  std::shared_ptr<State> state_;
};

}  // namespace sluice
