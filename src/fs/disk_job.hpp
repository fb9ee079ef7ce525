#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "sluice/async/offload.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/core/error.hpp"

namespace sluice {

inline void check_deadline(const Runtime& runtime, const OpContext& context, const char* what) {
  if (runtime.clock().steady() < context.deadline) return;
  throw Error(ErrorCode::timeout, what, "", "the deadline passed");
}

/// A job of the disk lane, unless the deadline has passed. One that has begun is always waited for:
/// a system call on a disk cannot be taken back.
template <class F>
Task<std::invoke_result_t<F>> disk_job(Runtime& runtime, const OpContext& context, const char* what,
                                       F job) {
  check_deadline(runtime, context, what);
  return offload(runtime.disk(), std::move(job));
}

}  // namespace sluice
