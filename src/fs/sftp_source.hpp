#pragma once

#include <memory>
#include <string>

#include "fs/sftp_site.hpp"
#include "sluice/fs/byte_source.hpp"

namespace sluice {

/// Opens a file for reading, pinned to its size and time. One whose size is known to be small is
/// read and closed in the same round trip; of a large one, pieces are read ahead on several
/// connections, and a connection that breaks is replaced where it broke off.
Task<std::unique_ptr<ByteSource>> open_sftp_source(OpContext context,
                                                   std::shared_ptr<SftpSite> site, std::string path,
                                                   ReadOptions options);

}  // namespace sluice
