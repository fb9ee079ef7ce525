// sluice sync and cp: moving files.
#include <fmt/format.h>

#include "command.hpp"
#include "line_reader.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/codec/media_type.hpp"
#include "sluice/codec/units.hpp"
#include "sluice/flow/sync.hpp"
#include "sluice/flow/transfer.hpp"

namespace sluice::cli {
namespace {

struct CopyOptions {
  std::string from, to, files_from;
  bool recursive = false, delete_extra = false, dry_run = false, size_only = false,
       checksum = false;
  bool metadata_mtime = false, durable = false, ignore_existing = false, no_clobber = false;
  std::optional<std::uint64_t> max_delete, max_errors;
  FilterOptions filter;
};

Compare comparison(const CopyOptions& options) {
  if (options.size_only + options.checksum + options.metadata_mtime > 1) {
    throw Error(ErrorCode::invalid_input, "read", "--size-only, --checksum, --metadata-mtime",
                "only one of them can be given");
  }
  if (options.size_only) return Compare::size_only;
  if (options.checksum) return Compare::checksum;
  return options.metadata_mtime ? Compare::metadata_time : Compare::size_and_time;
}

std::string_view verb(SyncAction::Kind kind, bool dry_run) {
  switch (kind) {
    case SyncAction::Kind::copy:
      return dry_run ? "would copy" : "copied";
    case SyncAction::Kind::remove:
      return dry_run ? "would delete" : "deleted";
    case SyncAction::Kind::skip:
      return "skipped";
  }
  return "";
}

void print_action(Output& output, const SyncAction& action, bool dry_run) {
  if (action.kind == SyncAction::Kind::skip) return;
  if (!output.verbose() && !dry_run) return;
  if (output.json()) {
    codec::JsonWriter writer;
    writer.begin_object()
        .key("action")
        .value(verb(action.kind, dry_run))
        .key("path")
        .value(action.path);
    writer.key("size").value(action.size).key("reason").value(action.reason).end_object();
    output.object(writer);
  } else {
    output.line(fmt::format("{} {} ({})", verb(action.kind, dry_run), action.path, action.reason));
  }
}

SyncOptions sync_options(Session& session, const CopyOptions& options) {
  SyncOptions sync;
  sync.walk = walk_options(options.filter);
  sync.filter = file_filter(options.filter, session.runtime().clock().now());
  sync.compare = comparison(options);
  sync.ignore_existing = options.ignore_existing;
  sync.delete_extra = options.delete_extra;
  sync.max_delete = options.max_delete;
  sync.max_errors = options.max_errors;
  sync.dry_run = options.dry_run;
  sync.durable = options.durable;
  const std::size_t most = session.options().transfers;
  sync.concurrency = {.least = 1, .start = most, .most = most};
  sync.attributes = session.new_file_attributes();
  sync.stop_requested = session.stop_function();
  Output& output = session.output();
  const bool dry_run = options.dry_run;
  sync.on_action = [&output, dry_run](const SyncAction& action) {
    print_action(output, action, dry_run);
  };
  return sync;
}

void print_summary(Session& session, const SyncReport& report, bool dry_run, double seconds) {
  Output& output = session.output();
  print_failures(output, report.failures);
  if (output.json()) {
    codec::JsonWriter writer;
    writer.begin_object().key("summary").begin_object();
    write_progress(writer, report.progress);
    if (dry_run)
      writer.key("dry_run").value(true).key("would_copy_bytes").value(report.would_copy_bytes);
    if (report.deletions_withheld)
      writer.key("deletions_withheld").value(*report.deletions_withheld);
    writer.key("listing_complete").value(report.listing_complete).key("seconds").value(seconds);
    write_failures(writer, report.failures);
    writer.end_object().end_object();
    output.object(writer);
    return;
  }
  if (dry_run) {
    output.note(fmt::format("Dry run: {} files, {} to copy, {} to delete, {} unchanged",
                            report.progress.done, codec::format_size(report.would_copy_bytes),
                            report.progress.deleted, report.progress.skipped));
    return;
  }
  output.note(fmt::format("Copied {} in {}", describe(report.progress, seconds),
                          codec::format_duration(std::chrono::duration_cast<Duration>(
                              std::chrono::duration<double>(seconds)))));
}

Task<ExitCode> copy_tree(Session& session, std::shared_ptr<const CopyOptions> options,
                         SyncOptions sync_with) {
  const auto from = co_await session.open_tree(options->from);
  const auto to = co_await session.open_tree(options->to);
  SyncReport report;
  double seconds = 0;
  {
    ProgressDisplay display(session.runtime(), session.output());
    sync_with.on_progress = display.callback();
    if (options->files_from.empty()) {
      report =
          co_await sync(session.runtime(), session.context(), *from, *to, std::move(sync_with));
    } else {
      auto lines = std::make_shared<LineReader>(session.runtime(), options->files_from);
      auto next = [lines] { return lines->next(); };
      report = co_await copy_named(session.runtime(), session.context(), *from, next, *to,
                                   std::move(sync_with));
    }
    seconds = display.seconds();
  }
  print_summary(session, report, options->dry_run, seconds);
  if (session.stop_requested()) co_return ExitCode::interrupted;
  co_return exit_code_for(report.progress, report.failures);
}

Task<ExitCode> run_sync(Session& session, std::shared_ptr<const CopyOptions> options) {
  if (options->delete_extra && !options->files_from.empty()) {
    throw Error(ErrorCode::invalid_input, "read", "--delete",
                "it cannot go with --files-from: the list does not say what is extra");
  }
  SyncOptions sync_with = sync_options(session, *options);
  co_return co_await copy_tree(session, options, std::move(sync_with));
}

// "dir/" or an existing directory means: into it, under the same name.
Task<Storage::File> destination_of(Session& session, const CopyOptions& options,
                                   const std::string& name) {
  const bool into = co_await session.is_directory(options.to);
  std::string target = options.to;
  if (into && target.back() != '/') target += '/';
  if (into) target += name;
  co_return co_await session.open_file(std::move(target));
}

Task<ExitCode> copy_one(Session& session, std::shared_ptr<const CopyOptions> options) {
  const Storage::File from = co_await session.open_file(options->from);
  auto file = co_await from.files->find(session.context(), from.path, {});
  if (!file) throw Error(ErrorCode::not_found, "copy", options->from, "no such file");
  if (file->type == FileType::directory) {
    throw Error(ErrorCode::invalid_input, "copy", options->from,
                "is a directory; give -r to copy the tree");
  }
  const std::string name = from.path.substr(from.path.rfind('/') + 1);
  const Storage::File to = co_await destination_of(session, *options, name);
  if (options->dry_run) {
    session.output().line(
        fmt::format("would copy {} to {}{}", options->from, to.files->describe(), to.path));
    co_return ExitCode::ok;
  }
  Progress progress;
  ProgressDisplay display(session.runtime(), session.output());
  const ProgressCallback show = display.callback();
  Transfer what;
  what.source = from.files.get();
  what.file = *file;
  what.destination = to.files.get();
  what.path = to.path;
  what.options = options_for_copy(*from.files, *to.files, *file, session.new_file_attributes());
  what.options.durable = options->durable;
  what.options.must_not_exist = options->no_clobber;
  what.on_bytes = [&progress, &show](std::uint64_t bytes) {
    progress.bytes += bytes;
    show(progress);
  };
  const FileInfo copied = co_await transfer(session.context(), std::move(what));
  if (session.output().json()) {
    codec::JsonWriter writer;
    writer.begin_object()
        .key("action")
        .value("copied")
        .key("path")
        .value(copied.path)
        .key("size")
        .value(copied.size);
    writer.end_object();
    session.output().object(writer);
  } else if (session.output().verbose()) {
    session.output().note(
        fmt::format("copied {} to {}{}", options->from, to.files->describe(), to.path));
  }
  co_return ExitCode::ok;
}

Task<ExitCode> run_copy(Session& session, std::shared_ptr<const CopyOptions> options) {
  if (!options->recursive && options->files_from.empty())
    co_return co_await copy_one(session, options);
  SyncOptions sync_with = sync_options(session, *options);
  sync_with.ignore_times = !options->ignore_existing;
  co_return co_await copy_tree(session, options, std::move(sync_with));
}

void add_shared_options(CLI::App& command, CopyOptions& options) {
  command.add_option("from", options.from, "Source: a path or URL (s3://bucket/prefix)")
      ->required();
  command.add_option("to", options.to, "Destination")->required();
  command.add_flag("-n,--dry-run", options.dry_run, "Only show what would be done");
  command.add_option("--files-from", options.files_from,
                     "Copy the files named in this file, one a line (- is standard input)");
  command.add_option("--max-errors", options.max_errors,
                     "Begin nothing new after more failures than this");
  command.add_flag("--fsync", options.durable,
                   "Local files are on disk before they count as copied");
  command.add_flag("--ignore-existing", options.ignore_existing,
                   "Leave files that exist at the destination alone");
  command.add_flag("--metadata-mtime", options.metadata_mtime,
                   "Compare and keep original mtimes by the objects' metadata (one request for "
                   "each object of equal size)");
  add_filter_options(command, options.filter);
}

}  // namespace

void add_sync_command(Commands commands) {
  auto options = std::make_shared<CopyOptions>();
  CLI::App* command = commands.app.add_subcommand(
      "sync", "Make the destination tree hold what the source tree holds");
  add_shared_options(*command, *options);
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

void add_copy_command(Commands commands) {
  auto options = std::make_shared<CopyOptions>();
  CLI::App* command = commands.app.add_subcommand("cp", "Copy a file, or with -r a tree");
  add_shared_options(*command, *options);
  command->add_flag("-r,--recursive", options->recursive, "Copy the tree");
  command->add_flag("--no-clobber", options->no_clobber,
                    "Fail if the file exists at the destination");
  command->callback([options, run = commands.run] {
    *run = [options](Session& session) { return run_copy(session, options); };
  });
}

}  // namespace sluice::cli
