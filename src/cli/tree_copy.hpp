#pragma once

#include "command.hpp"
#include "sluice/flow/sync.hpp"

namespace sluice::cli {

/// Options of cp and sync.
struct CopyOptions {
  std::string from, to, files_from, expected_size;
  bool recursive = false, delete_extra = false, dry_run = false, size_only = false,
       checksum = false;
  bool metadata_mtime = false, durable = false, ignore_existing = false, no_clobber = false;
  std::optional<std::uint64_t> max_delete, max_errors;
  FilterOptions filter;
};

void add_tree_copy_options(CLI::App& command, CopyOptions& options);

/// Throws Error{invalid_input} for options that exclude each other.
SyncOptions sync_options(Session& session, const CopyOptions& options);
/// Copies what differs (or what --files-from names) and prints the summary.
Task<ExitCode> copy_tree(Session& session, std::shared_ptr<const CopyOptions> options,
                         SyncOptions sync_with);

}  // namespace sluice::cli
