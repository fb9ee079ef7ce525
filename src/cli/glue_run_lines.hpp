#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sluice/core/language.hpp"
#include "sluice/core/time.hpp"
#include "sluice/glue/workflow_run.hpp"

namespace sluice::cli {

/// How a run stands, for a terminal of `width` columns: the numbers and the elapsed time, then a
/// line for each job in the graph's order with its state, duration and error. At most `height`
/// lines: jobs that are done give way first. Pure.
std::vector<std::string> describe_run(const glue::WorkflowRunResult& run, TimePoint now,
                                      Language language, std::size_t width, std::size_t height);

}  // namespace sluice::cli
