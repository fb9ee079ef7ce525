#pragma once

#include <optional>
#include <string_view>

#include "sluice/async/task.hpp"
#include "sluice/flow/sync.hpp"
#include "sluice/fs/file_system.hpp"

namespace sluice {

enum class Likeness : std::uint8_t {
  same,
  differs,
  ask
};  // ask: the listing does not tell; look at the files themselves

struct Comparison {
  Likeness likeness;
  std::string_view reason;  // why it differs
};

/// Pure: compares what two listings say.
Comparison compare_listed(const FileInfo& source, const Capabilities& source_can,
                          const FileInfo& destination, const Capabilities& destination_can,
                          Compare how);

/// Where the listing could not tell (Likeness::ask): reads metadata or contents of both.
Task<Comparison> compare_files(OpContext context, FileSystem& source, FileInfo from,
                               FileSystem& destination, FileInfo to, Compare how);

/// The mtime that the file had at its origin: the file's own, or what an object's metadata
/// remembers.
Task<std::optional<TimePoint>> original_mtime(OpContext context, FileSystem& files, FileInfo file);

}  // namespace sluice
