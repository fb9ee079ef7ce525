// sluice ls, stat, cat: looking at files.
#include <fmt/format.h>

#include "command.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/codec/units.hpp"
#include "stream_copy.hpp"
#include "usage_error.hpp"

namespace sluice::cli {
namespace {

struct ListOptions {
  std::string url;
  bool recursive = false, human = false;
  FilterOptions filter;
};

void write_file(codec::JsonWriter& writer, const FileInfo& file) {
  writer.key("path").value(file.path).key("size").value(file.size);
  if (file.mtime) writer.key("mtime").value(codec::format_iso8601(*file.mtime));
  if (!file.etag.empty()) writer.key("etag").value(file.etag);
  if (file.type == FileType::directory) writer.key("type").value("directory");
  if (file.type == FileType::symlink) writer.key("type").value("symlink");
  if (file.extras && !file.extras->storage_class.empty())
    writer.key("storage_class").value(file.extras->storage_class);
}

std::string text_of(std::optional<TimePoint> moment) {
  if (!moment) return std::string(19, ' ');
  std::string time =
      codec::format_iso8601(std::chrono::floor<std::chrono::seconds>(*moment)).substr(0, 19);
  time[10] = ' ';
  return time;
}

std::string text_line(const FileInfo& file, bool human) {
  const bool directory = file.type == FileType::directory;
  const std::string size = directory ? "-"
                           : human   ? codec::format_size(file.size)
                                     : fmt::format("{}", file.size);
  const std::string time = text_of(directory ? std::nullopt : file.mtime);
  return fmt::format("{} {:>12} {}{}", time, size, file.path, directory ? "/" : "");
}

void print(Output& output, const FileInfo& file, bool human) {
  if (output.json()) {
    codec::JsonWriter writer;
    writer.begin_object();
    write_file(writer, file);
    writer.end_object();
    output.object(writer);
  } else {
    output.line(text_line(file, human));
  }
}

void print(Output& output, const Bucket& bucket) {
  if (output.json()) {
    codec::JsonWriter writer;
    writer.begin_object().key("bucket").value(bucket.name);
    if (bucket.created) writer.key("created").value(codec::format_iso8601(*bucket.created));
    writer.end_object();
    output.object(writer);
  } else {
    output.line(fmt::format("{} {}", text_of(bucket.created), bucket.name));
  }
}

Task<ExitCode> list_buckets(Session& session, std::shared_ptr<const ListOptions> options) {
  if (options->recursive || options->filter.any()) {
    throw UsageError(options->url,
                     "names no bucket, so that buckets are listed: without -r and filters");
  }
  const std::vector<Bucket> buckets = co_await session.storage().list_buckets(session.context());
  for (const Bucket& bucket : buckets)
    print(session.output(), bucket);
  co_return ExitCode::ok;
}

Task<ExitCode> list(Session& session, std::shared_ptr<const ListOptions> options) {
  if (parse_location(options->url).is_service()) co_return co_await list_buckets(session, options);
  const bool is_tree = co_await session.is_tree(options->url);
  if (!is_tree) {
    const Storage::File named = co_await session.open_file(options->url);
    const auto file = co_await named.files->find(session.context(), named.path, {});
    if (!file) throw Error(ErrorCode::not_found, "list", options->url, "no such file or directory");
    print(session.output(), *file, options->human);
    co_return ExitCode::ok;
  }
  const auto files = co_await session.open_tree(options->url);
  WalkOptions walk = walk_options(options->filter);
  if (!options->recursive && !walk.max_depth) {
    walk.max_depth = 1;
    walk.files_only = false;
  }
  const FileFilter filter = file_filter(options->filter, session.runtime().clock().now());
  const auto stream = files->walk(session.context(), "", walk);
  FailureList failures;
  Progress progress;
  while (!session.stop_requested() && !session.output().broken()) {
    const auto batch = co_await stream->next();
    if (!batch) break;
    for (const Error& failure : batch->failures)
      failures.add("", failure);
    for (const FileInfo& file : batch->files) {
      if (file.type != FileType::directory && !filter.accepts(file)) continue;
      print(session.output(), file, options->human);
      ++progress.done;
    }
    co_await session.output().room(session.stop_function());
  }
  print_failures(session.output(), failures);
  if (session.stop_requested()) co_return ExitCode::interrupted;
  co_return exit_code_for(progress, failures);
}

void write_extras(codec::JsonWriter& writer, const FileExtras& extras) {
  const auto text = [&writer](const char* name, const std::string& value) {
    if (!value.empty()) writer.key(name).value(value);
  };
  if (extras.mode) writer.key("mode").value(fmt::format("{:04o}", *extras.mode));
  if (extras.uid) writer.key("uid").value(std::uint64_t{*extras.uid});
  if (extras.gid) writer.key("gid").value(std::uint64_t{*extras.gid});
  text("link_target", extras.link_target);
  text("content_type", extras.content_type);
  text("restore", extras.restore);
  text("version_id", extras.version_id);
  text("checksum_algorithm", extras.checksum_algorithm);
  text("checksum", extras.checksum);
  text("encryption", extras.encryption);
  text("encryption_key_id", extras.encryption_key_id);
  const auto map = [&writer](const char* name, const std::map<std::string, std::string>& values) {
    if (values.empty()) return;
    writer.key(name).begin_object();
    for (const auto& [key, value] : values)
      writer.key(key).value(value);
    writer.end_object();
  };
  map("headers", extras.headers);
  map("metadata", extras.metadata);
  if (extras.tags) map("tags", *extras.tags);
}

Task<ExitCode> stat(Session& session, std::shared_ptr<const ListOptions> options) {
  const Storage::File named = co_await session.open_file(options->url);
  FindOptions find;
  find.extras = true;
  const auto file = co_await named.files->find(session.context(), named.path, find);
  if (!file) throw Error(ErrorCode::not_found, "stat", options->url, "no such file");
  codec::JsonWriter writer;
  writer.begin_object();
  write_file(writer, *file);
  if (file->extras) write_extras(writer, *file->extras);
  writer.end_object();
  session.output().object(writer);
  co_return ExitCode::ok;
}

}  // namespace

void add_list_command(Commands commands) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = commands.app.add_subcommand(
      "ls", "List files: time (UTC), size, path; s3:// lists the buckets");
  command->add_option("url", options->url, "Directory, prefix or file, or s3:// for the buckets")
      ->required();
  command->add_flag("-r,--recursive", options->recursive, "The whole tree, files only");
  command->add_flag("--human-readable", options->human, "Sizes such as 1.5 MiB");
  add_filter_options(*command, options->filter);
  add_link_option(*command, options->filter);
  command->callback([options, run = commands.run] {
    *run = [options](Session& session) { return list(session, options); };
  });
}

void add_stat_command(Commands commands) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command =
      commands.app.add_subcommand("stat", "Show all that is known of one file, as JSON");
  command->add_option("url", options->url, "The file")->required();
  command->callback([options, run = commands.run] {
    *run = [options](Session& session) { return stat(session, options); };
  });
}

void add_cat_command(Commands commands) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command =
      commands.app.add_subcommand("cat", "Write a file to standard output, verified");
  command->add_option("url", options->url, "The file")->required();
  command->callback([options, run = commands.run] {
    *run = [options](Session& session) { return copy_to_output(session, options->url); };
  });
}

}  // namespace sluice::cli
