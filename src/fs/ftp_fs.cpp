#include "sluice/fs/ftp_fs.hpp"

#include "fs/bounded.hpp"
#include "fs/ftp_lister.hpp"
#include "fs/ftp_sink.hpp"
#include "fs/ftp_site.hpp"
#include "fs/ftp_source.hpp"
#include "fs/private_copy.hpp"
#include "fs/server_walk.hpp"
#include "sluice/async/concurrency.hpp"

namespace sluice {
namespace {

using ftp::Connection;
using ftp::Reply;

constexpr std::size_t removals_at_once = 64;

class FtpFs final : public FileSystem {
 public:
  FtpFs(Runtime& runtime, std::shared_ptr<FtpSite> site)
      : runtime_(runtime), site_(std::move(site)) {}

  void set_logger(Logger logger) override {
    site_->log = logger.with_fields({{"component", "filesystem"}, {"type", "ftp"}});
  }

  std::unique_ptr<FileStream> walk(OpContext context, std::string root,
                                   WalkOptions options) override {
    ServerWalkOptions with;
    with.walk = std::move(options);
    with.scratch = site_->options().scratch;
    return make_server_walk(runtime_, std::move(context), make_ftp_lister(site_), std::move(root),
                            std::move(with));
  }

  Task<std::optional<FileInfo>> find(OpContext context, std::string path,
                                     FindOptions options) override {
    return bounded(runtime_, context, "find", find_now(context, std::move(path), options));
  }

  Task<std::unique_ptr<ByteSource>> open(OpContext context, std::string path,
                                         ReadOptions options) override {
    return bounded(runtime_, context, "open",
                   open_ftp_source(context, site_, std::move(path), std::move(options)));
  }

  Task<std::unique_ptr<ByteSink>> create(OpContext context, std::string path,
                                         WriteOptions options) override {
    site_->require_new(path);  // before the bytes are made
    co_return make_ftp_sink(std::move(context), site_, std::move(path), std::move(options));
  }

  Task<FileInfo> copy(OpContext, FileInfo from, std::string, WriteOptions) override {
    throw Error(ErrorCode::unsupported, "copy", site_->shown(from.path),
                "FTP servers do not copy files by themselves");
    co_return from;
  }

  Task<RemoveResult> remove(OpContext context, std::vector<std::string> paths) override {
    return bounded(runtime_, context, "remove", remove_now(context, std::move(paths)));
  }

  Task<void> make_directory(OpContext context, std::string path) override {
    return bounded(runtime_, context, "make directory",
                   make_directory_now(context, std::move(path)));
  }

  Task<bool> remove_directory(OpContext context, std::string path) override {
    return bounded(runtime_, context, "remove directory",
                   remove_directory_now(context, std::move(path)));
  }

  Task<FileInfo> download(OpContext context, std::string path, std::filesystem::path local,
                          ReadOptions options) override {
    return download_by_stream(runtime_, std::move(context), *this, std::move(path),
                              std::move(local), std::move(options));
  }

  Task<FileInfo> upload(OpContext context, std::filesystem::path local, std::string path,
                        WriteOptions options) override {
    return upload_by_stream(runtime_, std::move(context), *this, std::move(local), std::move(path),
                            std::move(options));
  }

  Capabilities capabilities() const override {
    const ftp::Features& features = site_->traits().features;
    return {.ordered_walk = true,
            .atomic_replace = true,
            .conditional_write = false,
            .sets_mtime = features.mfmt || features.mdtm,
            .walk_shows_tag = false,
            .directories = true,
            .server_side_copy = false,
            .any_name = false,
            .mtime_precision = site_->time_precision()};
  }

  std::string describe() const override {
    std::string shown = site_->shown("");
    if (!shown.ends_with('/')) shown += '/';
    return shown;
  }

  Task<void> close(OpContext context) override {
    if (site_->cleanups().running() > 0)
      co_await with_deadline(context.deadline, "close " + describe(), site_->cleanups().join());
    site_->temporaries().forget_unused();
  }

 private:
  Task<std::optional<FileInfo>> find_now(OpContext context, std::string path, FindOptions options) {
    const auto step = [&](Connection& connection) {
      return site_->look(connection, path, options.extras);
    };
    co_return co_await site_->attempt(context, step);
  }

  Task<RemoveResult> remove_now(OpContext context, std::vector<std::string> paths) {
    RemoveResult result;
    const auto work = [&](std::string& path) {
      return remove_one(context, std::move(path), result);
    };
    co_await for_each_of(removals_at_once, paths, work);
    co_return result;
  }

  /// `result` is the caller's, who joins this.
  Task<> remove_one(OpContext context, std::string path, RemoveResult& result) {
    std::optional<Error> failure;
    try {
      const auto step = [&](Connection& connection) { return remove_on(connection, path); };
      co_await site_->attempt(context, step);
    } catch (...) {
      failure = error_from(std::current_exception());
    }
    if (!failure) {
      ++result.removed;
    } else if (failure->code() == ErrorCode::cancelled) {
      throw *failure;
    } else {
      result.failures.push_back({std::move(path), *failure});
    }
  }

  Task<> remove_on(Connection& connection, const std::string& path) {
    const Reply reply = co_await connection.ask("DELE", site_->full(path));
    if (reply.completed()) co_return;
    const Error refused = ftp::refusal("remove", site_->shown(path), reply);
    if (refused.retryable()) throw refused;
    const auto there = co_await site_->look(connection, path, false);
    if (there) throw refused;
  }

  Task<> make_directory_now(OpContext context, std::string path) {
    site_->require_new(path);
    const std::string full = site_->full(path);
    const auto step = [&](Connection& connection) {
      return site_->make_directories(connection, full, site_->now());
    };
    co_await site_->attempt(context, step);
  }

  Task<bool> remove_directory_now(OpContext context, std::string path) {
    const auto step = [&](Connection& connection) { return remove_directory_on(connection, path); };
    co_return co_await site_->attempt(context, step);
  }

  Task<bool> remove_directory_on(Connection& connection, const std::string& path) {
    const std::string full = site_->full(path);
    const Reply reply = co_await connection.ask("RMD", full);
    if (reply.completed()) co_return true;
    const Error refused = ftp::refusal("remove directory", site_->shown(path), reply);
    if (refused.retryable()) throw refused;
    // One word for "not empty" and for all else.
    const auto now = co_await site_->look(connection, path, false);
    if (!now) co_return false;
    if (now->type != FileType::directory) throw refused;
    const auto names = co_await list_ftp_names(connection, full);
    if (!names.empty()) co_return false;
    throw refused;
  }

  Runtime& runtime_;
  std::shared_ptr<FtpSite> site_;
};

}  // namespace

Task<std::unique_ptr<FileSystem>> open_ftp_fs(Runtime& runtime, OpContext context,
                                              FtpFsOptions options) {
  auto site = std::make_shared<FtpSite>(runtime, std::move(options));
  const auto step = [](Connection& connection) -> Task<> {
    (void)connection;
    co_return;
  };
  if (!site->traits().known) co_await site->attempt(std::move(context), step);
  co_return std::make_unique<FtpFs>(runtime, std::move(site));
}

}  // namespace sluice
