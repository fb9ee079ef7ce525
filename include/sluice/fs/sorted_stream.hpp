#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "sluice/async/file_stream.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice {

struct SortOptions {
  std::size_t memory = 32_MiB;                 ///< Bytes held; above, sorted runs spill to disk.
  std::filesystem::path scratch = "/var/tmp";  ///< For unlinked files.
};

/// The files of `stream` in walk order (walk_order.hpp), for file systems that cannot order. The
/// first file comes once the stream has ended; its failures are passed on at once, in batches
/// without files. Sorting runs on the disk lane.
std::unique_ptr<FileStream> sort_stream(Runtime& runtime, std::unique_ptr<FileStream> stream,
                                        SortOptions options);

}  // namespace sluice
