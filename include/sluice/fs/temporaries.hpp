#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"

namespace sluice {

/// One temporary name or multipart upload of ours, as the journal records it before it is created.
struct Temporary {
  std::string kind;      ///< "file" (subject: absolute local path) or "multipart" (subject: s3://bucket/key?uploadId=...).
  std::string subject;
};

/// Records temporaries before they are made and forgets them when they are gone. What a dead process of this host left in
/// the journal is what may be swept at the next start; nothing else ever is (design: "temporaries have an owner").
class TemporaryJournal {
 public:
  virtual ~TemporaryJournal() = default;
  /// On disk when it returns.
  virtual Task<void> record(Temporary temporary) = 0;
  /// May be written later (a sweep of something already gone is harmless).
  virtual void forget(const Temporary& temporary) = 0;
  /// What processes that are gone (by host, boot id, process id and start time) have left; stays recorded until forgotten.
  virtual Task<std::vector<Temporary>> orphans() = 0;
};

/// Journal files below `directory`, one for each process. Nothing is created before the first record().
std::shared_ptr<TemporaryJournal> make_temporary_journal(Runtime& runtime, std::filesystem::path directory);

}  // namespace sluice
