#pragma once

#include <memory>
#include <string>

#include "fs/webdav_site.hpp"
#include "sluice/fs/byte_source.hpp"

namespace sluice {

/// Up to 256 KiB are kept until commit() and then sent, anew if a try fails. A larger file whose
/// size is known is sent as it comes; one whose size is not known is kept in a scratch file first.
/// To Nextcloud, large ones go in chunks.
std::unique_ptr<ByteSink> make_webdav_sink(OpContext context, std::shared_ptr<WebdavSite> site,
                                           std::string path, WriteOptions options);

}  // namespace sluice
