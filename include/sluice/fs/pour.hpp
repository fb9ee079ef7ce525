#pragma once

#include <cstdint>
#include <functional>

#include "sluice/async/task.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/fs/byte_source.hpp"

namespace sluice {

/// Hears of bytes as they pass. Called on the loop.
using BytesPassed = std::function<void(std::uint64_t)>;

/// Writes all that `source` gives into `sink` and commits it. If either fails, the sink is aborted:
/// nothing becomes visible.
Task<FileInfo> pour(OpContext context, ByteSource& source, ByteSink& sink, BytesPassed on_bytes);

}  // namespace sluice
