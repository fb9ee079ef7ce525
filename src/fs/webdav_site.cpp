#include "fs/webdav_site.hpp"

#include "sluice/core/local_path.hpp"

namespace sluice {

WebdavSite::WebdavSite(Runtime& runtime, WebdavFsOptions options)
    : log(runtime.log()),
      keeps_mtime(options.traits.keeps_mtime),
      runtime_(runtime),
      options_(std::move(options)),
      directories_(runtime, options_.client),
      names_(options_.charset),
      temporaries_(runtime, webdav_temporaries_kind, options_.client->subject(), options_.journal,
                   TemporaryForm::plain),
      cleanups_(runtime.executor()),
      chunk_memory_(runtime.executor(), static_cast<std::size_t>(options_.buffer_memory)) {
  while (options_.root.ends_with('/'))
    options_.root.pop_back();
}

std::string WebdavSite::full(const std::string& path) const {
  if (path.empty()) return options_.root.empty() ? "/" : names_.on_server(options_.root);
  require_local_path(path);
  return names_.on_server(options_.root + '/' + path);
}

std::string WebdavSite::shown(const std::string& path) const {
  return options_.client->shown(options_.root + '/' + path);
}

std::optional<FileInfo> file_info_of(std::string path, const webdav::Resource& resource) {
  FileInfo info;
  info.path = std::move(path);
  info.mtime = resource.modified;
  if (resource.collection) {
    info.type = FileType::directory;
    return info;
  }
  if (!resource.size) return std::nullopt;
  info.size = *resource.size;
  info.etag = resource.etag;
  return info;
}

bool is_same_webdav_version(const FileInfo& now, const FileInfo& seen) {
  if (now.type != seen.type || now.size != seen.size) return false;
  if (!now.etag.empty() && !seen.etag.empty() && now.etag != seen.etag) return false;
  if (!now.mtime || !seen.mtime) return true;
  return std::chrono::floor<std::chrono::seconds>(*now.mtime) ==
         std::chrono::floor<std::chrono::seconds>(*seen.mtime);
}

}  // namespace sluice
