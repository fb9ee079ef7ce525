#pragma once

#include <string>
#include <string_view>

#include "sluice/core/file_info.hpp"

/// FileInfo as bytes for sorting on disk. Private to one process: neither portable nor checked
/// against hostile input.
namespace sluice {

/// All but the path.
std::string encode_file_record(const FileInfo& info);
/// Throws Error{internal} if the record is cut short.
FileInfo decode_file_record(std::string path, std::string_view record);

}  // namespace sluice
