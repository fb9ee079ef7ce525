#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "faults/kind.hpp"
#include "http/wire_faults.hpp"
#include "sluice/core/time.hpp"

namespace sluice::lab {

/// Which requests a fault strikes. A request that fits operation, key and page is *matched*; of the
/// matched ones `skip`, `every`, `rate`, `count` and the times choose.
struct FaultWhen {
  OperationSet operations = all_operations;
  std::string key_prefix;
  std::optional<std::uint64_t> page;   ///< Of a ListObjectsV2 listing, from 1.
  std::uint64_t skip = 0;              ///< Matched requests that pass first.
  std::uint64_t every = 1;             ///< Then one in so many.
  double rate = 1;                     ///< Of these, the share that is struck at random.
  std::optional<std::uint64_t> count;  ///< At most so many are struck.
  Duration after{};                    ///< Since the rule was set.
  std::optional<Duration> for_time;    ///< From then on.
  std::optional<std::uint64_t> seed;   ///< Of `rate` and ranges.
};

enum class ListEncoding : std::uint8_t { plus, percent, none };

/// One fault: what, and when. Of the values, those that the kind takes are used.
struct FaultRule {
  FaultKind kind = FaultKind::latency;
  FaultWhen when;
  std::string text;          ///< As it was given.
  Duration low{};            ///< latency, trickle, clock_skew (may be negative)
  Duration high{};           ///< latency
  std::uint64_t number = 0;  ///< Bytes, bytes a second, entries, or a status.
  std::string code;          ///< S3's word for an error; empty: `number` is a bare status.
  WirePlace place = WirePlace::body;
  ListEncoding encoding = ListEncoding::plus;
  std::optional<std::uint64_t> at;  ///< reset, close, stall: bytes of the body before.
  std::optional<int> retry_after;   ///< error, late_error: seconds.
  std::string region;               ///< wrong_region; empty: the lab's.

  /// rate=0, count=0, or a value that does nothing: such a rule only takes others of its kind away.
  bool off() const;
};

/// "KIND[=VALUE][,NAME=VALUE]...", such as "reset=body,op=GetObject,every=10,at=1M". Also the short
/// forms "error-rate=R" and "slowdown-rate=R". Throws Error{invalid_input} that names what is
/// wrong.
FaultRule parse_fault(std::string_view text);

}  // namespace sluice::lab
