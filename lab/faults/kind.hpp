#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "s3/operation.hpp"

namespace sluice::lab {

/// What can go wrong on purpose. kind.cpp has a line for each.
enum class FaultKind : std::uint8_t {
  latency,
  upload_bandwidth,
  download_bandwidth,
  trickle,
  error,
  late_error,
  error_in_200,
  wrong_region,
  expired_token,
  clock_skew,
  reset,
  close,
  stall,
  overlong,
  corrupt,
  wrong_checksum,
  wrong_etag,
  list_page_size,
  list_disorder,
  list_repeat_token,
  list_encoding,
  ignore_conditions,
};
inline constexpr std::size_t fault_kind_count = 22;

/// Faults of one slot exclude each other: of those that strike one request, the first rule's does.
enum class FaultSlot : std::uint8_t {
  latency,
  upload_bandwidth,
  download_bandwidth,
  answer,
  clock,
  end,
  overlong,
  corrupt,
  checksum,
  etag,
  page_size,
  order,
  token,
  encoding,
  conditions,
};

/// A set of operations, one bit each.
using OperationSet = std::uint32_t;
constexpr OperationSet bit_of(Operation operation) {
  return OperationSet{1} << static_cast<unsigned>(operation);
}
inline constexpr OperationSet all_operations = ~OperationSet{0};

struct FaultKindInfo {
  FaultKind kind;
  std::string_view name;   ///< "reset"
  std::string_view value;  ///< What follows '=', for people; empty: nothing does.
  std::string_view what;   ///< One line for people.
  FaultSlot slot;
  OperationSet operations;  ///< Where it can strike when the rule names no operation.
  bool only_slows;          ///< The answer is the right one, and whole.
};

std::span<const FaultKindInfo> fault_kinds();
const FaultKindInfo& info_of(FaultKind kind);
std::optional<FaultKind> fault_kind_named(std::string_view name);

}  // namespace sluice::lab
