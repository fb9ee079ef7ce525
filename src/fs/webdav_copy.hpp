#pragma once

#include <memory>
#include <string>

#include "fs/webdav_site.hpp"

namespace sluice {

/// Has the server copy the version `from` of a file of `source` (another tree of the same server,
/// or the same) to `path`: COPY to a temporary name, a look whether the source is still that
/// version, MOVE. Throws Error{conflict} if it is another one.
Task<FileInfo> copy_webdav_file(OpContext context, std::shared_ptr<WebdavSite> source,
                                FileInfo from, std::shared_ptr<WebdavSite> site, std::string path,
                                WriteOptions options);

/// Whether a copy failed in a way that says nothing against sending the bytes instead: the server
/// does not copy here, or not in the time that it has.
bool may_be_streamed_instead(const Error& error);

}  // namespace sluice
