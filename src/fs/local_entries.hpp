#pragma once

#include <optional>
#include <span>
#include <string>

#include "fs/local_root.hpp"
#include "sluice/fs/file_system.hpp"

/// What is done to directory entries. Blocking: for jobs of the disk lane.
namespace sluice {

std::optional<FileInfo> find_entry(LocalRoot& root, const std::string& relative, WithExtras extras);
/// Adds to `result`.
void remove_files(LocalRoot& root, std::span<const std::string> paths, RemoveResult& result);
bool remove_empty_directory(LocalRoot& root, const std::string& relative);

}  // namespace sluice
