#include "sluice/fs/file_system.hpp"

namespace sluice {

Task<std::optional<FileInfo>> FileSystem::copy_from(OpContext, FileSystem&, FileInfo, std::string,
                                                    WriteOptions) {
  co_return std::nullopt;
}

Task<std::string> FileSystem::identity(OpContext) {
  co_return describe();
}

}  // namespace sluice
