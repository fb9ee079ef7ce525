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

/// Whether the version that an intent was to replace still seems to be there.
Match match_input(const Fingerprint& file, const Fingerprint& input, Duration precision) {
  const Match etag = match_etag(file, input);
  const Match mtime = match_mtime(file, input, precision);
  if (etag == Match::unknown && mtime == Match::unknown) return Match::unknown;
  return same_version(file, input, precision) ? Match::equal : Match::different;
}

/// By the tag and mtime that were foretold, if any; sizes are equal.
Match match_output(const Fingerprint& file, const Fingerprint& output, Duration precision) {
  const Match etag = match_etag(file, output);
  return etag != Match::unknown ? etag : match_mtime(file, output, precision);
}

/// recovered, verify, or process: it is not that output.
Verdict judge_intent(const FileInfo& listed, const IntentRecord& intent, Duration precision) {
  const Fingerprint file = fingerprint_of(listed);
  if (file.size != intent.output.size) return Verdict::process;
  const Match checksum = match_checksum(file, intent.output);
  if (checksum != Match::unknown)
    return checksum == Match::equal ? Verdict::recovered : Verdict::process;
  const Match output = match_output(file, intent.output, precision);
  const Match input = match_input(file, intent.input, precision);
  const bool same_tag = match_etag(file, intent.input) == Match::equal;
  if (output == Match::equal && input != Match::equal) return Verdict::recovered;
  if (input == Match::equal && same_tag && output != Match::equal) return Verdict::process;
  // Left: an mtime that the overwrite may have kept, or a tag that was foretold wrongly (other part
  // sizes, encryption), or nothing to compare. The bytes decide.
  const bool only_input = input == Match::equal && output != Match::equal;
  return intent.output.checksum.empty() && only_input ? Verdict::process : Verdict::verify;
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

Verdict decide_unverified(const FileInfo& file, const IntentRecord& intent,
                          Duration mtime_precision) {
  const Fingerprint version = fingerprint_of(file);
  const bool is_input = match_input(version, intent.input, mtime_precision) == Match::equal;
  const bool is_output = match_output(version, intent.output, mtime_precision) == Match::equal;
  return is_input && !is_output ? Verdict::process : Verdict::recovered;
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
