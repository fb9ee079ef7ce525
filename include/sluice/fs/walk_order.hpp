#pragma once

#include <compare>
#include <memory>

#include "sluice/async/file_stream.hpp"

namespace sluice {

/// The order of every walk: bytes of the full path, a directory as its path plus '/'. (So "a-b" and
/// "a.b" come before the directory "a" and what is in it.)
std::strong_ordering walk_order(const FileInfo& a, const FileInfo& b);

/// Passes `stream` on and throws Error{protocol} at the first file that is not strictly after the
/// one before: the order that a server gives is verified, never trusted.
std::unique_ptr<FileStream> check_order(std::unique_ptr<FileStream> stream);

}  // namespace sluice
