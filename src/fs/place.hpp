#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "fs/local_root.hpp"
#include "fs/posix_file.hpp"
#include "sluice/fs/file_system.hpp"

namespace sluice {

/// A name in an open directory: where a file is to appear. Blocking, as all that takes one.
struct Place {
  HeldFd directory;
  std::string name;
  std::string path;         ///< The same as an absolute path, for messages and the journal.
  std::string asked_for{};  ///< The path below the root, if the file has to have just that name.
};

/// The directory that a place's path names.
std::string directory_of(const Place& place);

/// The place of `relative` below the root; its parents are made. If there is a symbolic link of
/// that name, the place of the file that it leads to, so that it stays a link; Error{invalid_input}
/// if that is outside the root, Error{conflict} if there is none.
Place place_below(LocalRoot& root, const std::string& relative, bool durable);
/// A path anywhere on this machine, whose directory must exist. A link there is replaced.
Place private_place(const std::filesystem::path& path);

/// What is there now, without following a link.
std::optional<struct stat> status_of(const Place& place);
/// Throws Error{conflict} unless the place is as the options demand it (expected, must_not_exist)
/// and no directory.
void check_precondition(const Place& place, const WriteOptions& options);

}  // namespace sluice
