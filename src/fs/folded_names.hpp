#pragma once

#include <optional>
#include <string>

#include "fs/local_root.hpp"

namespace sluice {

// Some file systems take names for one another that differ (in case, on FAT, NTFS, CIFS and
// directories with ext4's casefold; in more on others): a file would replace another one. Blocking.

/// Whether the file system of this directory tells names apart by their bytes. `temporary` is the
/// name of a file of ours in it, by which it shows what it does.
bool names_are_exact(int directory, const std::string& temporary);

/// The path below `root` of the file that stands where `relative` is about to be written, if it is
/// spelled otherwise; nullopt if nothing stands there, or the very file.
std::optional<std::string> spelled_otherwise(LocalRoot& root, const std::string& relative,
                                             int directory);

}  // namespace sluice
