// sluice rm: deleting files.
#include "command.hpp"
#include "sluice/async/errors.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t batch_size = 1000;

struct RemoveOptions {
  std::string url;
  bool recursive = false, dry_run = false;
  FilterOptions filter;
};

Task<> remove_batch(Session& session, FileSystem& files, std::vector<std::string> paths,
                    bool dry_run, Progress& progress, FailureList& failures) {
  Output& output = session.output();
  if (dry_run) {
    for (const std::string& path : paths)
      output.line(messages::would_remove_one, path);
    progress.deleted += paths.size();
    co_return;
  }
  if (output.verbose()) {
    for (const std::string& path : paths)
      output.line(messages::removing, path);
  }
  const RemoveResult result = co_await files.remove(session.context(), std::move(paths));
  progress.deleted += result.removed;
  for (const RemoveFailure& failure : result.failures)
    failures.add(failure.path, failure.error);
}

Task<> remove_tree(Session& session, FileSystem& files, const RemoveOptions& options,
                   Progress& progress, FailureList& failures) {
  const FileFilter filter = file_filter(options.filter, session.runtime().clock().now());
  WalkOptions walk = walk_options(options.filter);
  walk.symlinks = Symlinks::keep;  // a link is deleted, never what it points to
  const auto stream = files.walk(session.context(), "", walk);
  std::vector<std::string> doomed;
  while (!session.stop_requested()) {
    const auto batch = co_await stream->next();
    if (batch) {
      for (const Error& failure : batch->failures)
        failures.add("", failure);
      for (const FileInfo& file : batch->files) {
        if (filter.accepts(file)) doomed.push_back(file.path);
      }
    }
    const bool full = doomed.size() >= batch_size;
    if (!doomed.empty() && (full || !batch)) {
      co_await remove_batch(session, files, std::exchange(doomed, {}), options.dry_run, progress,
                            failures);
    }
    if (!batch) co_return;
  }
}

// A listing that breaks off after files were deleted does not hide that they were.
Task<> remove_listed(Session& session, FileSystem& files, const RemoveOptions& options,
                     Progress& progress, FailureList& failures) {
  std::optional<Error> broken;
  try {
    co_await remove_tree(session, files, options, progress, failures);
  } catch (...) {
    broken = error_from(std::current_exception());
  }
  if (!broken) co_return;
  if (broken->code() == ErrorCode::cancelled || progress.deleted == 0) throw *broken;
  failures.add("", std::move(*broken));
}

Task<ExitCode> remove(Session& session, std::shared_ptr<const RemoveOptions> options) {
  Progress progress;
  FailureList failures;
  if (options->recursive) {
    const auto files = co_await session.open_tree(options->url);
    co_await remove_listed(session, *files, *options, progress, failures);
  } else {
    const Storage::File location = co_await session.open_file(options->url);
    const auto file = co_await location.files->find(session.context(), location.path, {});
    if (!file) throw Error(ErrorCode::not_found, "remove", options->url, "no such file");
    if (file->type == FileType::directory) {
      throw Error(ErrorCode::invalid_input, "remove", options->url,
                  "is a directory; give -r to remove the tree");
    }
    std::vector<std::string> paths{location.path};
    co_await remove_batch(session, *location.files, std::move(paths), options->dry_run, progress,
                          failures);
  }
  print_failures(session.output(), failures);
  if (session.output().json()) {
    codec::JsonWriter writer;
    writer.begin_object().key("summary").begin_object();
    write_progress(writer, progress);
    write_failures(writer, failures);
    writer.end_object().end_object();
    session.output().object(writer);
  } else {
    session.output().note(options->dry_run ? messages::would_remove_files : messages::removed_files,
                          progress.deleted);
  }
  if (session.stop_requested()) co_return ExitCode::interrupted;
  co_return exit_code_for(progress, failures);
}

}  // namespace

void add_remove_command(Commands commands) {
  auto options = std::make_shared<RemoveOptions>();
  CLI::App* command = commands.app.add_subcommand("rm", "Delete a file, or with -r a tree");
  command->add_option("url", options->url, "File, or directory or prefix with -r")->required();
  command->add_flag("-r,--recursive", options->recursive,
                    "All files below (empty directories stay)");
  command->add_flag("-n,--dry-run", options->dry_run, "Only show what would be deleted");
  add_filter_options(*command, options->filter);
  add_link_option(*command, options->filter);
  command->callback([options, run = commands.run] {
    *run = [options](Session& session) { return remove(session, options); };
  });
}

}  // namespace sluice::cli
