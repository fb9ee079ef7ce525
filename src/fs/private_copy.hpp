#pragma once

#include <filesystem>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/fs/file_system.hpp"

namespace sluice {

// FileSystem::download and upload by way of open and create: for file systems that have no shorter
// one.

Task<FileInfo> download_by_stream(Runtime& runtime, OpContext context, FileSystem& files,
                                  std::string path, std::filesystem::path local,
                                  ReadOptions options);
Task<FileInfo> upload_by_stream(Runtime& runtime, OpContext context, FileSystem& files,
                                std::filesystem::path local, std::string path,
                                WriteOptions options);

}  // namespace sluice
