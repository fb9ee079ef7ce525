#pragma once

#include <memory>

#include "fs/directory_lister.hpp"
#include "fs/webdav_site.hpp"

namespace sluice {

std::shared_ptr<DirectoryLister> make_webdav_lister(std::shared_ptr<WebdavSite> site);

}  // namespace sluice
