#pragma once

#include <optional>
#include <string>

#include "fs/webdav_site.hpp"

namespace sluice {

/// What has the name on the server now.
Task<std::optional<FileInfo>> look_at(OpContext context, std::shared_ptr<WebdavSite> site,
                                      std::string path, std::string full);

/// Throws Error{conflict} if what has the name may not be replaced: a directory, or another version
/// than `options` expect.
void require_replaceable(const WebdavSite& site, const std::string& path,
                         const WriteOptions& options, const std::optional<FileInfo>& there);

/// Throws Error{integrity} if the server has another number of bytes.
void require_size(const WebdavSite& site, const std::string& path,
                  const std::optional<FileInfo>& there, std::uint64_t size);

/// Remembers, and says once, if a server that was thought to keep mtimes has not.
void learn_of_mtime(WebdavSite& site, const std::string& path, const WriteOptions& options,
                    bool accepted);

}  // namespace sluice
