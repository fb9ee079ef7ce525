// sluice cp: copying one file, a stream, or a tree.
#include "sluice/flow/transfer.hpp"
#include "standard_streams.hpp"
#include "stream_copy.hpp"
#include "tree_copy.hpp"
#include "usage_error.hpp"

namespace sluice::cli {
namespace {

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
    session.output().line(messages::would_copy_to, options->from, to.files->describe() + to.path);
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
    session.output().note(messages::copied_to, options->from, to.files->describe() + to.path);
  }
  co_return ExitCode::ok;
}

Task<ExitCode> copy_stream(Session& session, std::shared_ptr<const CopyOptions> options) {
  const bool tree = options->recursive || !options->files_from.empty();
  if (tree || (is_stream(options->from) && is_stream(options->to))) {
    throw UsageError("-", "standard input or output goes with one file: cp - URL, cp URL -");
  }
  if (is_stream(options->from)) co_return co_await copy_from_input(session, options);
  if (!options->dry_run) co_return co_await copy_to_output(session, options->from);
  session.output().line(messages::would_copy_to, options->from, "-");
  co_return ExitCode::ok;
}

Task<ExitCode> run_copy(Session& session, std::shared_ptr<const CopyOptions> options) {
  if (is_stream(options->from) || is_stream(options->to))
    co_return co_await copy_stream(session, options);
  if (!options->recursive && options->files_from.empty())
    co_return co_await copy_one(session, options);
  SyncOptions sync_with = sync_options(session, *options);
  sync_with.ignore_times = !options->ignore_existing;
  co_return co_await copy_tree(session, options, std::move(sync_with));
}

}  // namespace

void add_copy_command(Commands commands) {
  auto options = std::make_shared<CopyOptions>();
  CLI::App* command = commands.app.add_subcommand(
      "cp", "Copy a file, or with -r a tree; - is standard input or output");
  add_tree_copy_options(*command, *options);
  command->add_flag("-r,--recursive", options->recursive, "Copy the tree");
  command->add_flag("--no-clobber", options->no_clobber,
                    "Fail if the file exists at the destination");
  command->add_option("--expected-size", options->expected_size,
                      "About how much will come from standard input (cp - URL), so that 10,000 "
                      "parts hold it; needed above 1 TiB");
  command->callback([options, run = commands.run] {
    *run = [options](Session& session) { return run_copy(session, options); };
  });
}

}  // namespace sluice::cli
