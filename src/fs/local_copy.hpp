#pragma once

#include <functional>
#include <memory>
#include <string>

#include "fs/cleanups.hpp"
#include "fs/local_source.hpp"
#include "fs/part_file.hpp"

namespace sluice {

/// A copy between two local files. `open` and `locate` are called once, in a job of the disk lane.
struct LocalCopy {
  std::function<ReadableFile()> open;
  std::function<Place()> locate;
  WriteOptions options;
  bool keep_mode = false;  ///< Without extras, the copy gets the permission bits of the original.
};

struct CopiedFile {
  FileInfo from;  ///< As opened.
  FileInfo to;    ///< As a walk would report it, without the path.
};

/// Copies inside the kernel where it can (sharing blocks on file systems that do), in pieces,
/// through a temporary name.
Task<CopiedFile> copy_local(Runtime& runtime, OpContext context, std::shared_ptr<LocalSite> site,
                            std::shared_ptr<Cleanups> cleanups, LocalCopy copy);

}  // namespace sluice
