#pragma once

#include <memory>
#include <string>

#include "fs/cleanups.hpp"
#include "fs/part_file.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/fs/byte_source.hpp"

namespace sluice {

/// Up to 256 KiB are buffered and written, published and closed in one job at commit(); more goes
/// to a temporary name from the moment it is too much. A durable one takes two more jobs, so that
/// several can be forced to disk together.
std::unique_ptr<ByteSink> make_local_sink(Runtime& runtime, OpContext context,
                                          std::shared_ptr<LocalSite> site,
                                          std::shared_ptr<Cleanups> cleanups, std::string path,
                                          WriteOptions options);

}  // namespace sluice
