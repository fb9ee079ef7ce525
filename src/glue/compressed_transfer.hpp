#pragma once

#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/flow/transfer.hpp"
#include "sluice/glue/config.hpp"

namespace sluice::glue {

/// transfer() with the bytes compressed on their way, on the CPU lane. What is written is verified
/// as read: a source that breaks off or is wrong leaves nothing.
Task<FileInfo> transfer_compressed(Runtime& runtime, OpContext context, Transfer what,
                                   Compression compression);

}  // namespace sluice::glue
