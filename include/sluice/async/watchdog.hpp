#pragma once

#include <cstddef>
#include <functional>

#include "sluice/async/task.hpp"
#include "sluice/core/time.hpp"

namespace sluice {

/// Runs the loop like io_context::run(), measuring each handler in CPU time of this thread (not
/// wall time, so that a busy machine raises no false alarm). A handler over `budget` is reported.
/// For debug and test builds. Returns the handlers run.
std::size_t run_watched(asio::io_context& loop, Duration budget,
                        const std::function<void(Duration)>& on_stall);

}  // namespace sluice
