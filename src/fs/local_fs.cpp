#include "sluice/fs/local_fs.hpp"

#include <algorithm>
#include <utility>

#include "fs/cleanups.hpp"
#include "fs/disk_job.hpp"
#include "fs/local_copy.hpp"
#include "fs/local_entries.hpp"
#include "fs/local_sink.hpp"
#include "fs/local_source.hpp"
#include "fs/local_walk_stream.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/core/local_path.hpp"

namespace sluice {
namespace {

constexpr std::size_t removals_a_job = 256;
constexpr std::size_t token_digits = 10;  // see TemporaryNames

Logger with_names(const Logger& log) {
  return log.with_fields({{"component", "filesystem"}, {"type", "local"}});
}

class LocalFs final : public FileSystem {
 public:
  LocalFs(Runtime& runtime, LocalFsOptions options)
      : runtime_(runtime),
        options_(std::move(options)),
        site_(std::make_shared<LocalSite>(
            LocalRoot(options_.root, options_.link_reads, options_.directory_mode),
            runtime.random().hex_id().substr(0, token_digits), options_.journal,
            with_names(runtime.log()))),
        cleanups_(std::make_shared<Cleanups>(runtime)) {}

  std::unique_ptr<FileStream> walk(OpContext context, std::string root,
                                   WalkOptions options) override {
    WalkerOptions with{.walk = std::move(options),
                       .sort_memory = options_.sort_memory,
                       .scratch = options_.scratch,
                       .log = with_names(context.log)};
    std::shared_ptr<LocalRoot> tree(site_, &site_->root);
    auto walker = std::make_unique<LocalWalker>(std::move(tree), std::move(root), std::move(with));
    return make_local_walk(runtime_, std::move(context), std::move(walker));
  }

  void set_logger(Logger logger) override { site_->log = with_names(logger); }

  Task<std::optional<FileInfo>> find(OpContext context, std::string path,
                                     FindOptions options) override {
    const WithExtras extras = options.extras ? WithExtras::yes : WithExtras::no;
    auto job = [this, &path, extras] { return find_entry(site_->root, path, extras); };
    auto found = co_await disk_job(runtime_, context, "find", job);
    co_return found;
  }

  Task<std::unique_ptr<ByteSource>> open(OpContext context, std::string path,
                                         ReadOptions options) override {
    return open_local_source(runtime_, std::move(context), site_, std::move(path),
                             std::move(options));
  }

  Task<std::unique_ptr<ByteSink>> create(OpContext context, std::string path,
                                         WriteOptions options) override {
    local_path_below(site_->root.path(), path);  // refuses a hostile name before the bytes are made
    co_return make_local_sink(runtime_, std::move(context), site_, cleanups_, std::move(path),
                              std::move(options));
  }

  Task<FileInfo> copy(OpContext context, FileInfo from, std::string to,
                      WriteOptions options) override {
    return copy_between(std::move(context), site_, std::move(from), std::move(to),
                        std::move(options));
  }

  Task<std::optional<FileInfo>> copy_from(OpContext context, FileSystem& source, FileInfo from,
                                          std::string to, WriteOptions options) override {
    auto* const other = dynamic_cast<LocalFs*>(&source);
    if (!other) co_return std::nullopt;
    FileInfo copied = co_await copy_between(std::move(context), other->site_, std::move(from),
                                            std::move(to), std::move(options));
    co_return copied;
  }

  Task<RemoveResult> remove(OpContext context, std::vector<std::string> paths) override {
    RemoveResult result;
    for (std::size_t begin = 0; begin < paths.size(); begin += removals_a_job) {
      const std::size_t count = std::min(removals_a_job, paths.size() - begin);
      const auto some = std::span<const std::string>(paths).subspan(begin, count);
      auto job = [this, some, &result] { remove_files(site_->root, some, result); };
      co_await disk_job(runtime_, context, "remove", job);
    }
    co_return result;
  }

  Task<void> make_directory(OpContext context, std::string path) override {
    auto job = [this, &path] {
      site_->root.full(path);
      site_->root.make_directory(path, false);
    };
    co_await disk_job(runtime_, context, "make directory", job);
  }

  Task<bool> remove_directory(OpContext context, std::string path) override {
    auto job = [this, &path] { return remove_empty_directory(site_->root, path); };
    const bool removed = co_await disk_job(runtime_, context, "remove directory", job);
    co_return removed;
  }

  Task<FileInfo> download(OpContext context, std::string path, std::filesystem::path local,
                          ReadOptions options) override {
    LocalCopy job{.open = [&] { return ReadableFile::below(site_->root, path, options); },
                  .locate = [&] { return private_place(local); },
                  .options = {}};
    CopiedFile copied =
        co_await copy_local(runtime_, std::move(context), site_, cleanups_, std::move(job));
    co_return std::move(copied.from);
  }

  Task<FileInfo> upload(OpContext context, std::filesystem::path local, std::string path,
                        WriteOptions options) override {
    const bool durable = options.durable;
    LocalCopy job{.open = [&] { return ReadableFile::anywhere(local); },
                  .locate = [&] { return place_below(site_->root, path, durable); },
                  .options = std::move(options)};
    CopiedFile copied =
        co_await copy_local(runtime_, std::move(context), site_, cleanups_, std::move(job));
    copied.to.path = std::move(path);
    co_return std::move(copied.to);
  }

  Capabilities capabilities() const override {
    return {.ordered_walk = true,
            .atomic_replace = true,
            .conditional_write = false,
            .sets_mtime = true,
            .walk_shows_tag = false,
            .directories = true,
            .server_side_copy = true,
            .mtime_precision = std::chrono::nanoseconds(1)};
  }

  std::string describe() const override {
    std::string shown = site_->root.path().native();
    if (!shown.ends_with('/')) shown.push_back('/');
    return shown;
  }

  Task<std::string> identity(OpContext context) override {
    auto job = [this] { return std::filesystem::weakly_canonical(site_->root.path()).native(); };
    std::string real = co_await disk_job(runtime_, context, "find", job);
    if (!real.ends_with('/')) real.push_back('/');
    co_return real;
  }

  Task<void> close(OpContext context) override {
    if (cleanups_->running() > 0) {
      co_await with_deadline(context.deadline, "close " + describe(), cleanups_->idle());
    }
    auto job = [this] { site_->names.forget_unused(); };
    co_await offload(runtime_.disk(), job);
  }

 private:
  Task<FileInfo> copy_between(OpContext context, std::shared_ptr<LocalSite> source, FileInfo from,
                              std::string to, WriteOptions options) {
    const bool durable = options.durable;
    LocalCopy job{.open = [&] { return open_unchanged(source->root, from); },
                  .locate = [&] { return place_below(site_->root, to, durable); },
                  .options = std::move(options),
                  .keep_mode = true};
    CopiedFile copied =
        co_await copy_local(runtime_, std::move(context), site_, cleanups_, std::move(job));
    copied.to.path = std::move(to);
    co_return std::move(copied.to);
  }

  static ReadableFile open_unchanged(LocalRoot& root, const FileInfo& from) {
    ReadableFile file = ReadableFile::below(root, from.path, {});
    const bool same =
        file.info().size == from.size && (!from.mtime || file.info().mtime == from.mtime);
    if (same) return file;
    throw Error(ErrorCode::conflict, "copy", file.shown(), "the file changed since it was listed");
  }

  Runtime& runtime_;
  LocalFsOptions options_;
  std::shared_ptr<LocalSite> site_;
  std::shared_ptr<Cleanups> cleanups_;
};

}  // namespace

std::unique_ptr<FileSystem> make_local_fs(Runtime& runtime, LocalFsOptions options) {
  return std::make_unique<LocalFs>(runtime, std::move(options));
}

}  // namespace sluice
