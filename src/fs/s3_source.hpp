#pragma once

#include <memory>
#include <string>

#include "fs/s3_root.hpp"
#include "sluice/fs/byte_source.hpp"

namespace sluice {

/// One GET; several in parallel for a whole object that `options.known` says is larger than a part.
Task<std::unique_ptr<ByteSource>> open_s3_source(S3Root& root, OpContext context, std::string path,
                                                 ReadOptions options);

/// The parallel form: ranges of one version, delivered in order. `head` is of the whole object.
std::unique_ptr<ByteSource> make_s3_range_source(S3Root& root, OpContext context,
                                                 aws::S3Location object, aws::ObjectHead head,
                                                 FileInfo info);

/// FileInfo of a HEAD or GET answer.
FileInfo file_info_of(std::string path, const aws::ObjectHead& head);

}  // namespace sluice
