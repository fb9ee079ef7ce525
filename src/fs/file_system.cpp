#include "sluice/fs/file_system.hpp"

namespace sluice {

Task<FileInfo> ByteSink::commit_with(Bytes last) {
  co_await write(last);
  co_return co_await commit();
}

Task<std::optional<FileInfo>> FileSystem::copy_from(OpContext, FileSystem&, FileInfo, std::string,
                                                    WriteOptions) {
  co_return std::nullopt;
}

Task<std::string> FileSystem::identity(OpContext) {
  co_return describe();
}

}  // namespace sluice
