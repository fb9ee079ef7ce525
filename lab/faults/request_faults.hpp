#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "faults/rule.hpp"
#include "http/wire_faults.hpp"
#include "sluice/core/time.hpp"

namespace sluice::lab {

/// An answer that a fault makes up.
struct FaultAnswer {
  enum class Form : std::uint8_t { before, late, in_200, region, expired };
  Form form = Form::before;
  std::string code;  ///< Empty: `status` with HTML.
  int status = 0;
  std::optional<int> retry_after;
  std::string region;
};

/// What goes wrong inside operations.
struct OperationFaults {
  std::uint64_t page_size = 0;  ///< 0: as asked.
  bool disorder = false;
  bool repeat_token = false;
  ListEncoding encoding = ListEncoding::plus;
  bool ignore_conditions = false;
};

/// All that happens to one request; decided when its head has arrived.
struct RequestFaults {
  WireFaults wire;
  std::optional<FaultAnswer> answer;
  OperationFaults operation;
  Duration clock_skew{};
  bool wrong_checksum = false;
  bool wrong_etag = false;
};

}  // namespace sluice::lab
