#pragma once

#include <memory>
#include <string>

#include "fs/sftp_site.hpp"
#include "sluice/fs/byte_source.hpp"

namespace sluice {

/// Up to one WRITE's worth of bytes is kept until commit() and then written in three round trips
/// (made; written, attributes set, closed; renamed), anew if the connection breaks. More goes to a
/// temporary name on several connections as it comes.
std::unique_ptr<ByteSink> make_sftp_sink(OpContext context, std::shared_ptr<SftpSite> site,
                                         std::string path, WriteOptions options);

}  // namespace sluice
