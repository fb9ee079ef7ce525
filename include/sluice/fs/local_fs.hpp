#pragma once

#include <filesystem>
#include <memory>

#include "sluice/async/runtime.hpp"
#include "sluice/fs/file_system.hpp"
#include "sluice/fs/temporaries.hpp"

namespace sluice {

struct LocalFsOptions {
  std::filesystem::path root;                  ///< Absolute or relative to the working directory at the call.
  std::shared_ptr<TemporaryJournal> journal;   ///< May be null: temporary names are then not journalled (tests).
  std::size_t sort_memory = 32 * 1024 * 1024;  ///< Of names of one directory; above, sorted runs spill to disk.
};

std::unique_ptr<FileSystem> make_local_fs(Runtime& runtime, LocalFsOptions options);

}  // namespace sluice
