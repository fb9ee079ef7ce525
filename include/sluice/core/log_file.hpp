#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "sluice/core/bytes.hpp"
#include "sluice/core/log.hpp"

namespace sluice {

struct LogFileOptions {
  std::filesystem::path path;
  /// The file is renamed to path.1 before it would grow over this; 0: never.
  std::uint64_t max_bytes = 10_MiB;
  std::size_t keep = 5;  ///< path.1 to path.<keep> are kept.
};

/// Appends lines to a file, one write() a line, so that several processes may share it; a file that
/// was moved away or deleted is made anew. A thread of its own writes, since a slow disk must not
/// hold the loop; lines that cannot be written are counted, and their number is written before the
/// next line that can. The destructor writes what is waiting. Throws Error{config} if the file
/// cannot be opened.
std::shared_ptr<LineWriter> make_log_file(LogFileOptions options);

}  // namespace sluice
