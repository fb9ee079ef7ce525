#pragma once

#include <memory>
#include <string>

#include "fs/s3_multipart.hpp"
#include "fs/s3_root.hpp"
#include "sluice/fs/byte_source.hpp"

namespace sluice {

std::unique_ptr<ByteSink> make_s3_sink(S3Root& root, OpContext context, std::string path,
                                       WriteOptions options);

// The two ways to a new object, for sinks and uploads of local files.
Task<FileInfo> put_object(S3Root& root, OpContext context, std::string path, WriteOptions options,
                          Bytes bytes);
/// Joins the parts and completes `upload`, which is discarded if that fails.
Task<FileInfo> complete_object(S3Root& root, OpContext context, std::string path,
                               WriteOptions options, std::unique_ptr<S3Multipart> upload);

}  // namespace sluice
