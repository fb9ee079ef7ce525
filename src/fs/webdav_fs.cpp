#include "sluice/fs/webdav_fs.hpp"

#include <algorithm>

#include "fs/bounded.hpp"
#include "fs/private_copy.hpp"
#include "fs/server_walk.hpp"
#include "fs/webdav_copy.hpp"
#include "fs/webdav_lister.hpp"
#include "fs/webdav_sink.hpp"
#include "fs/webdav_site.hpp"
#include "fs/webdav_source.hpp"
#include "sluice/async/concurrency.hpp"

namespace sluice {
namespace {

constexpr std::size_t removals_at_once = 16;

/// Ends a listing at the first name.
class AnyEntry final : public webdav::ResourceSink {
 public:
  Task<bool> add(std::vector<webdav::Resource>) override {
    found = true;
    co_return false;
  }
  bool found = false;
};

Task<> remove_one(OpContext context, std::shared_ptr<WebdavSite> site, std::string path,
                  RemoveResult* result) {
  std::optional<Error> failure;
  try {
    const std::string full = site->full(path);
    const auto found = co_await site->client().find(context, full);
    if (found && found->collection)
      throw Error(ErrorCode::invalid_input, "remove", site->shown(path), "it is a directory");
    if (found) co_await site->client().remove(context, full, webdav::Client::Kind::file);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure && failure->code() == ErrorCode::cancelled) throw *failure;
  if (failure) {
    result->failures.push_back({path, *failure});
  } else {
    ++result->removed;
  }
}

class WebdavFs final : public FileSystem {
 public:
  WebdavFs(Runtime& runtime, WebdavFsOptions options)
      : runtime_(runtime), site_(std::make_shared<WebdavSite>(runtime, std::move(options))) {}

  void set_logger(Logger logger) override {
    site_->log = logger.with_fields({{"component", "filesystem"}, {"type", "webdav"}});
  }

  std::unique_ptr<FileStream> walk(OpContext context, std::string root,
                                   WalkOptions options) override {
    ServerWalkOptions with;
    with.walk = std::move(options);
    with.scratch = site_->options().scratch;
    return make_server_walk(runtime_, std::move(context), make_webdav_lister(site_),
                            std::move(root), std::move(with));
  }

  Task<std::optional<FileInfo>> find(OpContext context, std::string path, FindOptions) override {
    return bounded(runtime_, context, "find", find_now(context, std::move(path)));
  }

  Task<std::unique_ptr<ByteSource>> open(OpContext context, std::string path,
                                         ReadOptions options) override {
    return bounded(runtime_, context, "open",
                   open_webdav_source(context, site_, std::move(path), std::move(options)));
  }

  Task<std::unique_ptr<ByteSink>> create(OpContext context, std::string path,
                                         WriteOptions options) override {
    (void)site_->full(path);  // refuses a hostile name before the bytes are made
    co_return make_webdav_sink(std::move(context), site_, std::move(path), std::move(options));
  }

  Task<FileInfo> copy(OpContext context, FileInfo from, std::string to,
                      WriteOptions options) override {
    return bounded(runtime_, context, "copy",
                   copy_webdav_file(context, site_, std::move(from), site_, std::move(to),
                                    std::move(options)));
  }

  Task<std::optional<FileInfo>> copy_from(OpContext context, FileSystem& source, FileInfo from,
                                          std::string to, WriteOptions options) override {
    const auto* const other = dynamic_cast<const WebdavFs*>(&source);
    if (!other || other->site_->options().client != site_->options().client) co_return std::nullopt;
    // A copy has a time of its own.
    const bool loses_time = site_->keeps_mtime && options.mtime;
    if (loses_time || !site_->copies) co_return std::nullopt;
    try {
      co_return co_await bounded(runtime_, context, "copy",
                                 copy_webdav_file(context, other->site_, std::move(from), site_,
                                                  std::move(to), std::move(options)));
    } catch (const Error& error) {
      if (!may_be_streamed_instead(error)) throw;
      if (error.code() == ErrorCode::unsupported) site_->copies = false;
      context.log.debug("The server does not copy a file, which is sent instead",
                        {{"error", error.what()}});
    }
    co_return std::nullopt;
  }

  Task<RemoveResult> remove(OpContext context, std::vector<std::string> paths) override {
    return bounded(runtime_, context, "remove", remove_now(context, std::move(paths)));
  }

  Task<void> make_directory(OpContext context, std::string path) override {
    return bounded(runtime_, context, "make directory",
                   site_->directories().make(context, site_->full(path)));
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
    // For a MOVE onto a file, Apache and rclone remove it first and then rename.
    return {.ordered_walk = true,
            .atomic_replace = false,
            .conditional_write = site_->guard == WebdavGuard::honoured,
            .sets_mtime = site_->keeps_mtime,
            .walk_shows_tag = site_->options().traits.shows_tags,
            .directories = true,
            .server_side_copy = site_->copies,
            .lists_dot_names = !site_->options().traits.hides_dot_names,
            .mtime_precision = std::chrono::seconds(1)};
  }

  std::string describe() const override { return site_->shown(""); }

  Task<void> close(OpContext context) override {
    if (site_->cleanups().running() > 0)
      co_await with_deadline(context.deadline, "close " + describe(), site_->cleanups().join());
    site_->temporaries().forget_unused();
  }

 private:
  Task<std::optional<FileInfo>> find_now(OpContext context, std::string path) {
    const bool root = path.empty();
    const auto found = co_await site_->client().find(
        context, root ? site_->names().on_server(site_->options().root) + '/' : site_->full(path));
    if (!found) co_return std::nullopt;
    auto info = file_info_of(path, *found);
    if (!info)
      throw Error(ErrorCode::protocol, "find", site_->shown(path),
                  "the server does not say the file's size");
    co_return info;
  }

  Task<RemoveResult> remove_now(OpContext context, std::vector<std::string> paths) {
    RemoveResult result;
    const auto work = [&](std::string& path) {
      return remove_one(context, site_, std::move(path), &result);
    };
    co_await for_each_of(removals_at_once, paths, work);
    co_return result;
  }

  Task<bool> remove_directory_now(OpContext context, std::string path) {
    const std::string full = site_->full(path);
    AnyEntry entries;
    std::vector<Error> failures;
    std::optional<Error> refused;
    try {
      co_await site_->client().list(context, full, entries, failures);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
      refused = error;
    }
    if (refused || entries.found || site_->options().traits.hides_dot_names) co_return false;
    // What cannot be listed is there all the same.
    if (!failures.empty()) throw failures.front();
    site_->directories().forget(full);
    co_return co_await site_->client().remove(context, full, webdav::Client::Kind::directory);
  }

  Runtime& runtime_;
  std::shared_ptr<WebdavSite> site_;
};

/// By its name, which a proxy in front of another server may have too: that one has tags.
bool is_nginx(const webdav::Client& client) {
  return client.server_name().starts_with("nginx");
}

/// nullopt: the server has nothing there to tell of.
Task<std::optional<webdav::Resource>> find_directory(OpContext context,
                                                     std::shared_ptr<webdav::Client> client,
                                                     std::string path) {
  try {
    co_return co_await client->find(context, path);
  } catch (const Error& error) {
    // Above the place that it serves, a server answers this or that.
    const bool refused = error.status() >= 400 && error.status() < 500;
    if (!refused || error.code() == ErrorCode::unauthenticated) throw;
  }
  co_return std::nullopt;
}

bool is_of_owncloud(const std::string& path) {
  return path.find("/remote.php/dav/") != std::string::npos ||
         path.find("/remote.php/webdav") != std::string::npos;
}

}  // namespace

Task<WebdavTraits> probe_webdav(OpContext context, std::shared_ptr<webdav::Client> client,
                                std::string root) {
  const bool owncloud = is_of_owncloud(root);
  while (root.ends_with('/'))
    root.pop_back();
  for (;;) {
    const auto found = co_await find_directory(context, client, root + '/');
    if (found)
      co_return WebdavTraits{.shows_tags = !found->etag.empty(),
                             .keeps_mtime = owncloud || found->owncloud,
                             .hides_dot_names = found->etag.empty() && is_nginx(*client)};
    if (root.empty()) co_return WebdavTraits{.shows_tags = false, .keeps_mtime = owncloud};
    root.resize(root.rfind('/'));
  }
}

std::unique_ptr<FileSystem> make_webdav_fs(Runtime& runtime, WebdavFsOptions options) {
  return std::make_unique<WebdavFs>(runtime, std::move(options));
}

}  // namespace sluice
