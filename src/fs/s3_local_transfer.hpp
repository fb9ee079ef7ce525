#pragma once

#include <filesystem>
#include <string>

#include "fs/s3_root.hpp"

namespace sluice {

/// The object into a temporary name beside `local`, then renamed.
Task<FileInfo> download_object(S3Root& root, OpContext context, std::string path,
                               std::filesystem::path local, ReadOptions options);
/// A local file, its parts read by position into the buffers they are sent from. Error{conflict} if
/// it changes meanwhile.
Task<FileInfo> upload_file(S3Root& root, OpContext context, std::filesystem::path local,
                           std::string path, WriteOptions options);

}  // namespace sluice
