#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "sluice/async/task.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/fs/byte_source.hpp"

namespace sluice {

/// Hears of bytes as they pass. Called on the loop.
using BytesPassed = std::function<void(std::uint64_t)>;

/// Writes all that `source` gives into `sink` and commits it. If either fails, the sink is aborted:
/// nothing becomes visible.
Task<FileInfo> pour(OpContext context, ByteSource& source, ByteSink& sink, BytesPassed on_bytes);

/// Both ends of a copy.
struct OpenCopy {
  std::unique_ptr<ByteSource> source;
  std::unique_ptr<ByteSink> sink;
};
/// Opens them, from the beginning of the file, anew at each call.
using BeginCopy = std::function<Task<OpenCopy>()>;

/// pour() of what `begin` opens, and again, up to two times, where ByteSink::worth_another_try().
/// `on_bytes` hears of no byte twice.
Task<FileInfo> pour_again(OpContext context, BeginCopy begin, BytesPassed on_bytes);

}  // namespace sluice
