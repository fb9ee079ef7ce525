#pragma once

#include <utility>

#include "fs/disk_job.hpp"
#include "sluice/async/deadline.hpp"

namespace sluice {

/// `operation`, but cancelled at the context's deadline, if it has one, and then Error{timeout}.
/// What has no deadline costs nothing.
template <class T>
Task<T> bounded(Runtime& runtime, const OpContext& context, const char* what, Task<T> operation) {
  if (context.deadline == SteadyTime::max()) return operation;
  auto in_time = [](SteadyTime now, SteadyTime deadline, std::string name,
                    Task<T> work) -> Task<T> {
    if (now >= deadline) throw Error(ErrorCode::timeout, name, "", "the deadline passed");
    co_return co_await with_deadline(deadline, name, std::move(work));
  };
  return in_time(runtime.clock().steady(), context.deadline, what, std::move(operation));
}

}  // namespace sluice
