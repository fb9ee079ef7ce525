#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "faults/request_faults.hpp"
#include "faults/rule.hpp"
#include "sluice/core/random.hpp"

namespace sluice::lab {

/// What decides whether a request is struck.
struct RequestFacts {
  Operation operation = Operation::unknown;
  std::string_view key;
  std::uint64_t page = 0;        ///< Of a ListObjectsV2 listing; 0: none.
  std::string_view credentials;  ///< Names the key and token; empty: anonymous.
  std::string_view region;       ///< That the signature names.
  std::string_view home_region;  ///< The lab's own.
};

/// How often each kind struck; `struck` counts requests whose answer was not the right one, or not
/// whole.
struct FaultCounts {
  std::array<std::uint64_t, fault_kind_count> by_kind{};
  std::uint64_t struck = 0;
};

/// The faults that are set, and how far each has come. No clock, no I/O: the same requests at the
/// same times are struck alike, whatever else the lab does at random.
class FaultPlan {
 public:
  explicit FaultPlan(std::uint64_t seed = 0) : seed_(seed) {}

  bool empty() const { return rules_.empty(); }
  /// Whether deciding needs `credentials` and `region`.
  bool looks_at_credentials() const;

  /// Takes away all faults of the kinds that `rules` name and adds those that are not off.
  void set(std::span<const FaultRule> rules, SteadyTime now);
  void clear() { rules_.clear(); }

  RequestFaults decide(const RequestFacts& facts, SteadyTime now, FaultCounts& counts);

  /// [{"fault":"reset=body,op=GetObject,every=10","matched":30,"struck":3}, ...]
  std::string json() const;

 private:
  struct Live {
    FaultRule rule;
    SeededRandom random;
    SteadyTime since;
    std::uint64_t matched = 0;
    std::uint64_t struck = 0;
    std::uint64_t chosen = 0;         ///< What `count` limits.
    std::set<std::string> expired{};  ///< expired_token: credentials.
  };

  static bool strikes(Live& live, const RequestFacts& facts, SteadyTime now);
  static bool chooses(Live& live, SteadyTime now);
  static void apply(Live& live, RequestFaults& faults);

  std::uint64_t seed_;
  std::uint64_t made_ = 0;  ///< Rules so far; gives each its own random sequence.
  std::vector<Live> rules_;
};

}  // namespace sluice::lab
