#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sluice/core/error.hpp"

namespace sluice {

/// How far a job is. Counters only grow, except that a failure takes its bytes back; totals are
/// unset while not known (a sync walks while it copies).
struct Progress {
  std::uint64_t done = 0;     ///< Files copied or processed.
  std::uint64_t failed = 0;   ///< Files that failed, and places that could not be listed.
  std::uint64_t skipped = 0;  ///< Files that needed nothing.
  std::uint64_t deleted = 0;
  std::uint64_t bytes = 0;  ///< Of the files done, plus what has passed of those in flight.
  std::uint64_t in_flight = 0;
  std::optional<std::uint64_t> total_files;
};

/// Called on the loop after each change; must be cheap and not throw.
using ProgressCallback = std::function<void(const Progress&)>;

/// One thing that went wrong while the rest went on.
struct Failure {
  std::string path;  ///< Relative to the job's root; empty for a failure of a listing.
  Error error;
};

/// The failures of a job: the first `kept` of them by name, all of them by number; memory does not
/// grow with a bad night.
class FailureList {
 public:
  static constexpr std::size_t kept = 10'000;

  void add(std::string path, Error error) {
    ++count_;
    if (list_.size() < kept) list_.push_back({std::move(path), std::move(error)});
  }
  std::uint64_t count() const { return count_; }
  const std::vector<Failure>& list() const { return list_; }

 private:
  std::uint64_t count_ = 0;
  std::vector<Failure> list_;
};

}  // namespace sluice
