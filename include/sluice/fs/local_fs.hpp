#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "sluice/async/runtime.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/fs/file_system.hpp"
#include "sluice/fs/temporaries.hpp"

namespace sluice {

/// What open() and find() do with a symbolic link that they meet. (A walk has its own policy; a
/// write never leaves the root, whatever is chosen here.)
enum class LinkReads : std::uint8_t {
  follow,  ///< Wherever it leads.
  refuse,  ///< open(): Error{invalid_input}; find() reports the link itself. Parents stay in the
           ///< root.
};

struct LocalFsOptions {
  /// Absolute or relative to the working directory at the call. May itself be a symbolic link. Made
  /// by the first write if it is not there.
  std::filesystem::path root{};
  /// May be null: temporary names are then not journalled (tests).
  std::shared_ptr<TemporaryJournal> journal{};
  /// Bytes of names of one directory held in memory; above, sorted runs spill to `scratch`.
  std::size_t sort_memory = 32_MiB;
  /// Where the runs of huge directories go (unlinked files, so that nothing can be left behind).
  std::filesystem::path scratch = "/var/tmp";
  LinkReads link_reads = LinkReads::follow;
  /// Of directories that are made (the process's mask takes from it). Files have their mode from
  /// WriteOptions::extras, else 0666 less the mask.
  std::uint32_t directory_mode = 0777;
};

/// The files of a directory of this machine. Every system call that may block runs in jobs of
/// runtime.disk(). Sources and sinks may outlive the file system, not the runtime.
std::unique_ptr<FileSystem> make_local_fs(Runtime& runtime, LocalFsOptions options);

}  // namespace sluice
