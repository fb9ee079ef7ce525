#include "sluice/fs/sftp_fs.hpp"

#include <deque>

#include "fs/bounded.hpp"
#include "fs/private_copy.hpp"
#include "fs/server_walk.hpp"
#include "fs/sftp_lister.hpp"
#include "fs/sftp_sink.hpp"
#include "fs/sftp_site.hpp"
#include "fs/sftp_source.hpp"

namespace sluice {
namespace {

using sftp::Connection;
using sftp::Status;
using sftp::StatusCode;
using sftp::requests::Buffer;

constexpr std::size_t removals_at_once = 64;

class SftpFs final : public FileSystem {
 public:
  SftpFs(Runtime& runtime, SftpFsOptions options)
      : runtime_(runtime), site_(std::make_shared<SftpSite>(runtime, std::move(options))) {}

  void set_logger(Logger logger) override {
    site_->log = logger.with_fields({{"component", "filesystem"}, {"type", "sftp"}});
  }

  std::unique_ptr<FileStream> walk(OpContext context, std::string root,
                                   WalkOptions options) override {
    ServerWalkOptions with;
    with.walk = std::move(options);
    with.scratch = site_->options().scratch;
    return make_server_walk(runtime_, std::move(context), make_sftp_lister(site_), std::move(root),
                            std::move(with));
  }

  Task<std::optional<FileInfo>> find(OpContext context, std::string path,
                                     FindOptions options) override {
    return bounded(runtime_, context, "find", find_now(context, std::move(path), options));
  }

  Task<std::unique_ptr<ByteSource>> open(OpContext context, std::string path,
                                         ReadOptions options) override {
    return bounded(runtime_, context, "open",
                   open_sftp_source(context, site_, std::move(path), std::move(options)));
  }

  Task<std::unique_ptr<ByteSink>> create(OpContext context, std::string path,
                                         WriteOptions options) override {
    (void)site_->full(path);  // refuses a hostile name before the bytes are made
    co_return make_sftp_sink(std::move(context), site_, std::move(path), std::move(options));
  }

  Task<FileInfo> copy(OpContext, FileInfo from, std::string, WriteOptions) override {
    throw Error(ErrorCode::unsupported, "copy", site_->shown(from.path),
                "copies within an SFTP server go through Sluice");
    co_return from;
  }

  Task<RemoveResult> remove(OpContext context, std::vector<std::string> paths) override {
    return bounded(runtime_, context, "remove", remove_now(context, std::move(paths)));
  }

  Task<void> make_directory(OpContext context, std::string path) override {
    return bounded(runtime_, context, "make directory", make_directory_now(context, path));
  }

  Task<bool> remove_directory(OpContext context, std::string path) override {
    return bounded(runtime_, context, "remove directory", remove_directory_now(context, path));
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
    return {.ordered_walk = true,
            .atomic_replace = true,
            .conditional_write = false,
            .sets_mtime = true,
            .walk_shows_tag = false,
            .directories = true,
            .server_side_copy = false,
            .mtime_precision = std::chrono::seconds(1)};
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
    const std::string full = site_->full(path);
    const auto step = [&](Connection& connection) {
      return sftp::find_attributes(connection.send([&full](Buffer& out, std::uint32_t id) {
        sftp::requests::stat(out, id, full);
      }),
                                   site_->asked("find", path));
    };
    const auto found = co_await site_->attempt(context, step);
    if (!found) co_return std::nullopt;
    auto info = file_info_of(path, *found, options.extras);
    if (!info)
      throw Error(ErrorCode::protocol, "find", site_->shown(path),
                  "the server does not say what it is");
    co_return info;
  }

  Task<RemoveResult> remove_now(OpContext context, std::vector<std::string> paths) {
    RemoveResult result;
    for (std::size_t begin = 0; begin < paths.size(); begin += removals_at_once) {
      const auto some = std::span<const std::string>(paths).subspan(
          begin, std::min(removals_at_once, paths.size() - begin));
      const auto step = [&](Connection& connection) { return remove_some(connection, some); };
      RemoveResult part = co_await site_->attempt(context, step);
      result.removed += part.removed;
      std::ranges::move(part.failures, std::back_inserter(result.failures));
    }
    co_return result;
  }

  Task<RemoveResult> remove_some(Connection& connection, std::span<const std::string> paths) {
    std::vector<Connection::Pending> asked;
    for (const std::string& path : paths) {
      const std::string full = site_->full(path);
      asked.push_back(connection.send(
          [&full](Buffer& out, std::uint32_t id) { sftp::requests::remove(out, id, full); }));
    }
    RemoveResult result;
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const Status status =
          co_await sftp::expect_status(std::move(asked[i]), site_->asked("remove", paths[i]));
      if (status.code == StatusCode::ok || status.code == StatusCode::no_such_file) {
        ++result.removed;
      } else {
        result.failures.push_back(
            {paths[i], sftp::status_error(status, site_->asked("remove", paths[i]))});
      }
    }
    co_return result;
  }

  Task<> make_directory_now(OpContext context, std::string path) {
    const std::string full = site_->full(path);
    const auto step = [&](Connection& connection) {
      return site_->make_directories(connection, full);
    };
    co_await site_->attempt(context, step);
  }

  Task<bool> remove_directory_now(OpContext context, std::string path) {
    const std::string full = site_->full(path);
    const auto step = [&](Connection& connection) {
      return sftp::expect_status(connection.send([&full](Buffer& out, std::uint32_t id) {
        sftp::requests::rmdir(out, id, full);
      }),
                                 site_->asked("remove directory", path));
    };
    const Status status = co_await site_->attempt(context, step);
    if (status.code == StatusCode::ok) co_return true;
    if (status.code == StatusCode::no_such_file) co_return false;
    // One word for "not empty" and for all else.
    const auto now = co_await find_now(context, path, {});
    if (status.code == StatusCode::failure && now && now->type == FileType::directory)
      co_return false;
    throw sftp::status_error(status, site_->asked("remove directory", path));
  }

  Runtime& runtime_;
  std::shared_ptr<SftpSite> site_;
};

}  // namespace

std::unique_ptr<FileSystem> make_sftp_fs(Runtime& runtime, SftpFsOptions options) {
  return std::make_unique<SftpFs>(runtime, std::move(options));
}

}  // namespace sluice
