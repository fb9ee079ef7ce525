#pragma once

#include <memory>
#include <string>

#include "fs/directory_lister.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/fs/file_system.hpp"

namespace sluice {

struct ServerWalkOptions {
  WalkOptions walk;
  /// Directories that are read ahead of where the walk is.
  std::size_t listings_at_once = 16;
  std::size_t sort_memory = 8 * 1024 * 1024;  ///< For a directory with very many names.
  std::filesystem::path scratch = "/var/tmp";
};

/// Walks a server's tree in byte order of the full path, directory by directory: those that come
/// next are listed while the one at hand is given out, so that a long way to the server costs one
/// round trip a level and not one a directory. Holds the names of the directories from the root to
/// where it is, and of those that were read ahead.
std::unique_ptr<FileStream> make_server_walk(Runtime& runtime, OpContext context,
                                             std::shared_ptr<DirectoryLister> lister,
                                             std::string root, ServerWalkOptions options);

}  // namespace sluice
