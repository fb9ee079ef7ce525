#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "sluice/async/task.hpp"
#include "sluice/fs/file_system.hpp"

namespace sluice {

/// Hears of bytes as they pass. Called on the loop.
using BytesPassed = std::function<void(std::uint64_t)>;

struct Transfer {
  FileSystem* source = nullptr;  ///< Both must outlive the transfer.
  FileInfo file;                 ///< As the source's walk or find reported it; this version is copied or the transfer fails.
  FileSystem* destination = nullptr;
  std::string path;              ///< At the destination.
  WriteOptions options;          ///< `size` is filled in from the source.
  BytesPassed on_bytes;
};

/// Copies one file, whole or not at all: on the server where both ends can, else from source to sink. Returns the file at the
/// destination. Errors name both ends.
Task<FileInfo> transfer(OpContext context, Transfer what);

}  // namespace sluice
