// sluice sync: making one tree like another.
#include "standard_streams.hpp"
#include "tree_copy.hpp"
#include "usage_error.hpp"

namespace sluice::cli {
namespace {

Task<ExitCode> run_sync(Session& session, std::shared_ptr<const CopyOptions> options) {
  if (options->delete_extra && !options->files_from.empty()) {
    throw UsageError("--delete",
                     "it cannot go with --files-from: the list does not say what is extra");
  }
  if (is_stream(options->from) || is_stream(options->to)) {
    throw UsageError("-",
                     "only cp takes standard input or output; a directory of that name is ./-");
  }
  SyncOptions sync_with = sync_options(session, *options);
  co_return co_await copy_tree(session, options, std::move(sync_with));
}

}  // namespace

void add_sync_command(Commands commands) {
  auto options = std::make_shared<CopyOptions>();
  CLI::App* command = commands.app.add_subcommand(
      "sync", "Make the destination tree hold what the source tree holds");
  add_tree_copy_options(*command, *options);
  command->add_flag(
      "--delete", options->delete_extra,
      "Delete files that the source does not have, last, and only if both listings were complete");
  command->add_option("--max-delete", options->max_delete,
                      "If more files than this would be deleted, delete none");
  command->add_flag("--size-only", options->size_only, "Files of equal size are equal");
  command->add_flag("--checksum", options->checksum, "Compare files of equal size by content");
  command->callback([options, run = commands.run] {
    *run = [options](Session& session) { return run_sync(session, options); };
  });
}

}  // namespace sluice::cli
