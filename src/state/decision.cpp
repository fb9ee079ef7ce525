#include "sluice/state/decision.hpp"

#include <algorithm>

namespace sluice {
namespace {

/// What comparing two values shows: nothing if one of them is not known.
enum class Match : std::uint8_t { unknown, equal, different };

Match match_etag(const Fingerprint& left, const Fingerprint& right) {
  if (left.etag.empty() || right.etag.empty()) return Match::unknown;
  return left.etag == right.etag ? Match::equal : Match::different;
}

Match match_mtime(const Fingerprint& left, const Fingerprint& right, Duration precision) {
  if (!left.mtime || !right.mtime) return Match::unknown;
  const auto [early, late] = std::minmax(*left.mtime, *right.mtime);
  return late - precision <= early ? Match::equal : Match::different;
}

Match match_checksum(const Fingerprint& left, const Fingerprint& right) {
  if (left.checksum.empty() || right.checksum.empty()) return Match::unknown;
  if (left.checksum_algorithm != right.checksum_algorithm) return Match::unknown;
  return left.checksum == right.checksum ? Match::equal : Match::different;
}

/// Whether the version that an intent was to replace is still there.
bool is_untouched_input(const Fingerprint& file, const Fingerprint& input, Duration precision) {
  const bool comparable = match_etag(file, input) != Match::unknown ||
                          match_mtime(file, input, precision) != Match::unknown;
  return comparable && same_version(file, input, precision);
}

/// recovered, verify, or process: it is not that output.
Verdict judge_intent(const FileInfo& listed, const IntentRecord& intent, Duration precision) {
  const Fingerprint file = fingerprint_of(listed);
  if (file.size != intent.output.size) return Verdict::process;
  const Match checksum = match_checksum(file, intent.output);
  if (checksum != Match::unknown)
    return checksum == Match::equal ? Verdict::recovered : Verdict::process;
  const Match etag = match_etag(file, intent.output);
  const Match mtime = match_mtime(file, intent.output, precision);
  if (etag == Match::equal) return Verdict::recovered;
  const bool like_output = etag == Match::unknown && mtime == Match::equal;
  if (is_untouched_input(file, intent.input, precision)) {
    // An output of the same size that kept its input's mtime looks like its input.
    return like_output ? Verdict::verify : Verdict::process;
  }
  if (like_output) return Verdict::recovered;
  // A tag or mtime foretold wrongly (other part sizes, encryption) proves nothing: bytes decide.
  if (!intent.output.checksum.empty()) return Verdict::verify;
  const bool contradicted = etag == Match::different || mtime == Match::different;
  return contradicted ? Verdict::process : Verdict::verify;
}

Verdict judge_error(const ErrorRecord& error, TimePoint now, const RetryRules& rules) {
  if (error.retry_count >= rules.max_tries) return Verdict::given_up;
  return now < due_time(error, rules) ? Verdict::waiting : Verdict::process;
}

}  // namespace

bool same_version(const Fingerprint& left, const Fingerprint& right, Duration mtime_precision) {
  return left.size == right.size && match_etag(left, right) != Match::different &&
         match_mtime(left, right, mtime_precision) != Match::different &&
         match_checksum(left, right) != Match::different;
}

TimePoint due_time(const ErrorRecord& error, const RetryRules& rules) {
  if (error.retry_count == 0) return TimePoint::min();
  Duration wait = std::min(rules.base, rules.cap);
  for (std::uint32_t i = 1; i < error.retry_count && wait < rules.cap; ++i)
    wait = wait > rules.cap / 2 ? rules.cap : wait * 2;
  return error.timestamp > TimePoint::max() - wait ? TimePoint::max() : error.timestamp + wait;
}

Verdict decide(const FileInfo& file, const Remembered& remembered, TimePoint now,
               const DecisionPolicy& policy) {
  if (remembered.intent) {
    const Verdict verdict = judge_intent(file, *remembered.intent, policy.mtime_precision);
    if (verdict != Verdict::process) return verdict;
  }
  const Fingerprint version = fingerprint_of(file);
  if (remembered.error &&
      same_version(version, fingerprint_of(remembered.error->file), policy.mtime_precision))
    return judge_error(*remembered.error, now, policy.retry);
  if (remembered.completed &&
      same_version(version, remembered.completed->version, policy.mtime_precision))
    return Verdict::skip;
  return Verdict::process;
}

}  // namespace sluice
