#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "sluice/core/file_info.hpp"
#include "sluice/core/time.hpp"
#include "sluice/state/status_records.hpp"

namespace sluice {

/// When a file that failed is tried again: after min(cap, base x 2^(failures - 1)), until it has
/// failed `max_tries` times in a row. A new version of the file begins anew.
struct RetryRules {
  std::uint32_t max_tries = 5;
  Duration base = std::chrono::minutes(1);
  Duration cap = std::chrono::hours(24);
};

struct DecisionPolicy {
  RetryRules retry;
  Duration mtime_precision{0};  ///< mtimes that differ by no more than this are equal.
};

/// What is remembered of one path.
struct Remembered {
  std::optional<CompletedRecord> completed;
  std::optional<ErrorRecord> error;
  std::optional<IntentRecord> intent;
};

enum class Verdict : std::uint8_t {
  process,    ///< New, changed, or due for another try.
  skip,       ///< Done, and not changed since.
  waiting,    ///< Failed; the time for another try has not come.
  given_up,   ///< Failed too often.
  recovered,  ///< The output of an overwrite that was cut short before it was remembered: done.
  verify,     ///< Perhaps such an output: only its checksum can tell.
};

/// Pure: what to do with `file`, as its walk reports it. `now` is wall clock time.
///
/// Only what both sides know is compared (S3 reports no mtime for an upload, a disk no etag). A
/// file that is still the input of an outstanding intent was not overwritten, and is processed.
Verdict decide(const FileInfo& file, const Remembered& remembered, TimePoint now,
               const DecisionPolicy& policy);

/// What to make of Verdict::verify if nobody can compute the checksum: a file that still looks like
/// the intent's input is processed; any other counts as done, for a step must never be fed its own
/// output.
Verdict decide_unverified(const FileInfo& file, const IntentRecord& intent,
                          Duration mtime_precision);

/// The moment from which a failed file is tried again.
TimePoint due_time(const ErrorRecord& error, const RetryRules& rules);

/// Whether size and every field known to both sides agree.
bool same_version(const Fingerprint& left, const Fingerprint& right, Duration mtime_precision);

}  // namespace sluice
