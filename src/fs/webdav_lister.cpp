#include "fs/webdav_lister.hpp"

namespace sluice {
namespace {

/// Makes files of what a PROPFIND tells.
class ListingSink final : public webdav::ResourceSink {
 public:
  ListingSink(WebdavSite& site, const std::string& path, EntrySink& sink,
              std::vector<Error>& failures)
      : site_(site), path_(path), sink_(sink), failures_(failures) {}

  Task<bool> add(std::vector<webdav::Resource> page) override {
    const std::string directory = site_.shown(path_);
    std::vector<FileInfo> entries;
    entries.reserve(page.size());
    for (webdav::Resource& resource : page) {
      auto name = site_.names().reported(std::move(resource.name), directory, site_.log, failures_);
      if (!name) continue;
      auto info = file_info_of(*name, resource);
      if (info) {
        entries.push_back(std::move(*info));
      } else {
        failures_.emplace_back(ErrorCode::protocol, "list",
                               site_.shown(path_.empty() ? *name : path_ + '/' + *name),
                               "the server does not say the file's size");
      }
    }
    co_return co_await sink_.add(std::move(entries));
  }

 private:
  WebdavSite& site_;
  const std::string& path_;
  EntrySink& sink_;
  std::vector<Error>& failures_;
};

/// There are no links in WebDAV: what a server has behind one it shows in its place.
class WebdavLister final : public DirectoryLister {
 public:
  explicit WebdavLister(std::shared_ptr<WebdavSite> site) : site_(std::move(site)) {}

  Task<> list(OpContext context, std::string path, bool, EntrySink& sink,
              std::vector<Error>& failures) override {
    ListingSink files(*site_, path, sink, failures);
    co_await site_->client().list(std::move(context), site_->full(path), files, failures);
  }

  Task<std::optional<FileInfo>> look_through(OpContext context, std::string path, bool) override {
    const auto found = co_await site_->client().find(std::move(context), site_->full(path));
    co_return found ? file_info_of(path, *found) : std::nullopt;
  }

  Task<std::string> real_path(OpContext, std::string path) override { co_return site_->full(path); }

  std::string shown(const std::string& path) const override { return site_->shown(path); }

 private:
  std::shared_ptr<WebdavSite> site_;
};

}  // namespace

std::shared_ptr<DirectoryLister> make_webdav_lister(std::shared_ptr<WebdavSite> site) {
  return std::make_shared<WebdavLister>(std::move(site));
}

}  // namespace sluice
