#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "sluice/core/bytes.hpp"

/// Whole files in one go, for steps' inputs and outputs. Blocking.
namespace sluice {

/// Replaces `path` by way of a temporary name beside it.
void write_private_file(const std::filesystem::path& path, Bytes bytes);
/// Throws Error{conflict} if the file changed meanwhile.
std::vector<std::byte> read_private_file(const std::filesystem::path& path);

}  // namespace sluice
