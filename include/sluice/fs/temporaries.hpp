#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/op_context.hpp"

namespace sluice {

/// One temporary name or multipart upload of ours, as the journal records it before it is created.
struct Temporary {
  /// "file" (subject: absolute local path of one temporary name), "directory" (subject: token,
  /// space, absolute local path: the temporary names in it whose id begins with the token),
  /// "sftp-directory", "ftp-directory", "webdav-directory" (token, server, path on it) or
  /// "multipart" (subject:
  /// s3://bucket/key?uploadId=...).
  std::string kind;
  std::string subject;

  friend auto operator<=>(const Temporary&, const Temporary&) = default;
};

/// Records temporaries before they are made (a multipart upload: as soon as its id is known) and
/// forgets them when they are gone. What a dead
/// process of this host left in the journal is what may be swept at the next start; nothing else
/// ever is (docs/adr/0003-temporaries.md).
class TemporaryJournal {
 public:
  virtual ~TemporaryJournal() = default;
  /// On disk when it returns.
  virtual Task<void> record(Temporary temporary) = 0;
  /// May be written later (a sweep of something already gone is harmless). Also takes what
  /// orphans() returned: once all that a dead process left is forgotten, its journal is removed.
  virtual void forget(const Temporary& temporary) = 0;
  /// What processes that are gone (by host, boot id, process id and start time) have left; stays
  /// recorded until forgotten. Lines that cannot be read are logged as a warning and passed over.
  virtual Task<std::vector<Temporary>> orphans() = 0;

  /// The first two for code that already runs in a job of the disk lane (and only there).
  /// Survives the end of this process when it returns, and the machine's about a second later.
  virtual void record_in_job(const Temporary& temporary) = 0;
  virtual void forget_in_job(const Temporary& temporary) = 0;
};

/// Journal files below `directory`, one for each process and call. Nothing is created before the
/// first record, and the file goes away with the journal when all in it is forgotten.
std::shared_ptr<TemporaryJournal> make_temporary_journal(Runtime& runtime,
                                                         std::filesystem::path directory);

struct SweepResult {
  std::uint64_t removed = 0;
  std::vector<Error> failures;  ///< What they name stays in the journal.
};

/// Removes the local temporaries ("file" and "directory") that dead processes left and forgets
/// them.
Task<SweepResult> sweep_local(Runtime& runtime, OpContext context,
                              std::shared_ptr<TemporaryJournal> journal);

}  // namespace sluice
