#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sluice/async/task.hpp"
#include "sluice/fs/file_system.hpp"
#include "sluice/fs/pour.hpp"

namespace sluice {

struct Transfer {
  FileSystem* source = nullptr;  ///< Both must outlive the transfer.
  FileInfo file;  ///< As the source's walk or find reported it; this version is copied or the
                  ///< transfer fails.
  FileSystem* destination = nullptr;
  std::string path;      ///< At the destination.
  WriteOptions options;  ///< `size` is filled in from the source.
  BytesPassed on_bytes;
};

/// What a copy of `file` keeps: its mtime where the destination does not make its own sense of it,
/// `attributes` (may be null), and a media type by its name for object stores. Between object
/// stores the object's own metadata goes along instead.
WriteOptions options_for_copy(const FileSystem& source, const FileSystem& destination,
                              const FileInfo& file, std::shared_ptr<const FileExtras> attributes);

/// Copies one file, whole or not at all: on the server where both ends can, else from source to
/// sink. Returns the file at the destination. Errors name both ends.
Task<FileInfo> transfer(OpContext context, Transfer what);

}  // namespace sluice
