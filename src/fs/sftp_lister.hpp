#pragma once

#include <memory>

#include "fs/directory_lister.hpp"
#include "fs/sftp_site.hpp"

namespace sluice {

std::shared_ptr<DirectoryLister> make_sftp_lister(std::shared_ptr<SftpSite> site);

}  // namespace sluice
