#pragma once

#include <memory>
#include <string>

#include "fs/webdav_site.hpp"
#include "sluice/fs/byte_source.hpp"

namespace sluice {

/// One GET; one PROPFIND before it if ReadOptions::known is missing, and one after it for a file
/// above 8 MiB, which has time to change. A body that breaks off is continued where it broke
/// (Range, If-Range), if it is still the same version.
Task<std::unique_ptr<ByteSource>> open_webdav_source(OpContext context,
                                                     std::shared_ptr<WebdavSite> site,
                                                     std::string path, ReadOptions options);

}  // namespace sluice
