#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/file_info.hpp"
#include "sluice/core/time.hpp"

namespace sluice {

/// One file to process, ours until `expires`.
struct Lease {
  std::uint64_t id = 0;  ///< Names the lease to its source.
  FileInfo file;
  SteadyTime expires = SteadyTime::max();
};

/// Where process_files takes its work from: a backlog file, later queues shared by several workers.
/// Lives on the loop; calls may overlap.
class WorkSource {
 public:
  virtual ~WorkSource() = default;

  /// Up to `n` (at least 1) leases; none is the end. Throws when the work cannot be read on.
  virtual Task<std::vector<Lease>> take(std::size_t n) = 0;
  /// Keeps the lease longer, and says until when. Throws Error{conflict} if it is no longer ours.
  virtual Task<SteadyTime> extend(std::uint64_t lease) = 0;
  /// Ends the lease. Throws Error{conflict} if it is no longer ours: another may have done it too.
  virtual Task<> done(std::uint64_t lease) = 0;
  /// Gives the lease back; whether and when it is offered again is up to the source.
  virtual Task<> failed(std::uint64_t lease, Error error) = 0;
  /// How many files there were at the beginning, if known.
  virtual std::optional<std::uint64_t> total() const = 0;
};

/// Takes the files of a backlog once each, in order. Its leases do not expire, and nothing is
/// offered again: a file that fails is found by the next scan. The backlog is counted first, so
/// that total() is known and a damaged file is an error before any work begins.
Task<std::unique_ptr<WorkSource>> open_backlog_work(Runtime& runtime, std::filesystem::path file);

}  // namespace sluice
