#pragma once

#include <memory>
#include <string>

#include "fs/ftp_site.hpp"
#include "sluice/fs/byte_source.hpp"

namespace sluice {

/// A RETR whose bytes come as they are asked for. A connection that breaks is replaced, and the
/// rest asked for by REST, if the file is still the same.
Task<std::unique_ptr<ByteSource>> open_ftp_source(OpContext context, std::shared_ptr<FtpSite> site,
                                                  std::string path, ReadOptions options);

}  // namespace sluice
