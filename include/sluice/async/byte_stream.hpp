#pragma once

#include <cstddef>

#include "sluice/async/task.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice {

/// Bytes pulled from somewhere: a body, a file. One read at a time.
class ByteReader {
 public:
  virtual ~ByteReader() = default;
  /// Reads at least one byte into `buffer` (not empty); 0 means the end.
  virtual Task<std::size_t> read(MutableBytes buffer) = 0;
};

}  // namespace sluice
