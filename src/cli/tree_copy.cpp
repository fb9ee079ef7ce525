#include "tree_copy.hpp"

#include "line_reader.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/codec/units.hpp"
#include "sluice/fs/location.hpp"
#include "usage_error.hpp"

namespace sluice::cli {
namespace {

Compare comparison(const CopyOptions& options) {
  if (options.size_only + options.checksum + options.metadata_mtime > 1) {
    throw UsageError("--size-only, --checksum, --metadata-mtime", "only one of them can be given");
  }
  if (options.size_only) return Compare::size_only;
  if (options.checksum) return Compare::checksum;
  return options.metadata_mtime ? Compare::metadata_time : Compare::size_and_time;
}

struct ActionWords {
  std::string_view json;
  const Message<std::string_view, std::string_view>& text;
};

ActionWords words_of(SyncAction::Kind kind, bool dry_run) {
  if (kind == SyncAction::Kind::remove) {
    return dry_run ? ActionWords{"would delete", messages::would_remove}
                   : ActionWords{"deleted", messages::removed};
  }
  return dry_run ? ActionWords{"would copy", messages::would_copy}
                 : ActionWords{"copied", messages::copied};
}

void print_action(Output& output, const SyncAction& action, bool dry_run) {
  if (action.kind == SyncAction::Kind::skip) return;
  if (!output.verbose() && !dry_run) return;
  const ActionWords words = words_of(action.kind, dry_run);
  if (output.json()) {
    codec::JsonWriter writer;
    writer.begin_object().key("action").value(words.json).key("path").value(action.path);
    writer.key("size").value(action.size).key("reason").value(action.reason).end_object();
    output.object(writer);
  } else {
    output.line(words.text, action.path, reason_text(output.language(), action.reason));
  }
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
    output.note(messages::dry_run, report.progress.done,
                codec::format_size(report.would_copy_bytes), report.progress.deleted,
                report.progress.skipped);
    return;
  }
  output.note(messages::copied_in, describe(output.language(), report.progress, seconds),
              time_taken(seconds));
}

// A copy into its own source would copy itself, deeper with each run, and --delete would empty the
// source. Only a plain copy of objects onto themselves makes sense: it changes their attributes.
Task<> refuse_overlap(Session& session, const CopyOptions& options, bool plain_copy) {
  const Location from = parse_file_location(options.from), to = parse_file_location(options.to);
  auto job = [&from, &to] { return overlap_of(from, to); };
  const Overlap overlap = co_await offload(session.runtime().disk(), job);
  if (overlap == Overlap::none) co_return;
  if (overlap == Overlap::same && from.scheme == Scheme::s3 && plain_copy) co_return;
  throw UsageError(
      options.from,
      "source and destination are the same tree, or one lies below the other: " + options.to);
}

}  // namespace

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
  const std::size_t most = transfers_between(session.options(), {options.from, options.to});
  sync.concurrency = {.least = 1, .start = most, .most = most};
  sync.temporary_directory = session.temporary_directory();
  sync.attributes = session.new_file_attributes();
  sync.stop_requested = session.stop_function();
  Output& output = session.output();
  const bool dry_run = options.dry_run;
  sync.on_action = [&output, dry_run](const SyncAction& action) {
    print_action(output, action, dry_run);
  };
  return sync;
}

Task<ExitCode> copy_tree(Session& session, std::shared_ptr<const CopyOptions> options,
                         SyncOptions sync_with) {
  // A list names its files; it does not come upon what is being copied.
  if (options->files_from.empty())
    co_await refuse_overlap(session, *options, sync_with.ignore_times);
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
      auto lines = std::make_shared<LineReader>(session.runtime(), options->files_from,
                                                session.stop_function());
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

void add_tree_copy_options(CLI::App& command, CopyOptions& options) {
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
  add_link_option(command, options.filter);
}

}  // namespace sluice::cli
