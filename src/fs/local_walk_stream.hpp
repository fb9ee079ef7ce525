#pragma once

#include <memory>

#include "fs/local_walker.hpp"
#include "sluice/async/file_stream.hpp"
#include "sluice/async/runtime.hpp"

namespace sluice {

/// Runs the walker on the disk lane, one page ahead of the consumer.
std::unique_ptr<FileStream> make_local_walk(Runtime& runtime, OpContext context,
                                            std::unique_ptr<LocalWalker> walker);

}  // namespace sluice
