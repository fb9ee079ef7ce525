#pragma once

#include <memory>
#include <string>

#include "fs/ftp_site.hpp"
#include "sluice/fs/byte_source.hpp"

namespace sluice {

/// A small file is kept until commit() and then written anew if the connection breaks; a larger one
/// goes to a temporary name as it comes.
std::unique_ptr<ByteSink> make_ftp_sink(OpContext context, std::shared_ptr<FtpSite> site,
                                        std::string path, WriteOptions options);

}  // namespace sluice
