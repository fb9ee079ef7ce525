#pragma once

#include <memory>

#include "fs/directory_lister.hpp"
#include "fs/ftp_site.hpp"

namespace sluice {

/// By MLSD; else by CWD and LIST, with the times that LIST does not tell exactly from MDTM.
std::shared_ptr<DirectoryLister> make_ftp_lister(std::shared_ptr<FtpSite> site);

/// The bare names in a directory: an absolute path on the server.
Task<std::vector<std::string>> list_ftp_names(ftp::Connection& connection, std::string directory);

}  // namespace sluice
