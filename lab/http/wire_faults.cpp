#include "http/wire_faults.hpp"

#include <algorithm>

namespace sluice::lab {

SendPlan plan_sending(const WireFaults& faults, std::uint64_t head_bytes,
                      std::uint64_t body_bytes) {
  SendPlan plan{.send = head_bytes + body_bytes,
                .corrupt_at = {},
                .extra_bytes = faults.extra_bytes,
                .end = faults.end};
  if (faults.corrupt && body_bytes > 0) plan.corrupt_at = body_bytes / 2;
  if (faults.end == WireEnd::none) return plan;
  if (faults.place == WirePlace::answer) plan.send = 0;
  if (faults.place == WirePlace::head) plan.send = head_bytes / 2;
  if (faults.place == WirePlace::body)
    plan.send = head_bytes + std::min(faults.at.value_or(body_bytes / 2), body_bytes);
  if (plan.send < head_bytes + body_bytes) plan.extra_bytes = 0;
  return plan;
}

std::uint64_t upload_bytes_before_end(const WireFaults& faults, std::uint64_t length) {
  return std::min(faults.at.value_or(length / 2), length);
}

}  // namespace sluice::lab
