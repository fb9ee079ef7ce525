#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"

namespace sluice {

/// Held by the one run that may change a job's memory of a tree: two at once would forget each
/// other's intents and process files twice. Ends with this object, and with the process whatever
/// becomes of it.
class RunLock {
 public:
  virtual ~RunLock() = default;
};

/// `directory` (which must be there) is where the runs of one host meet: a small file for each job
/// and root (StatusOptions) stays in it. Other hosts, and other directories, are not kept out.
/// Throws Error{conflict} if another run holds the lock.
Task<std::unique_ptr<RunLock>> lock_run(Runtime& runtime, std::filesystem::path directory,
                                        std::string job, std::string root);

}  // namespace sluice
