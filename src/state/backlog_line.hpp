#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/bytes.hpp"
#include "sluice/core/file_info.hpp"

namespace sluice::state {

/// Longer lines are refused: nothing that a backlog names is near it.
constexpr std::size_t backlog_line_limit = 1_MiB;

/// Appends the file's line with its line end.
void append_backlog_line(std::string& out, const FileInfo& file);

/// Fills `file` from a line (without its end) in the form that we write; false for any other form.
/// The strings of `file` are reused.
bool parse_own_line(std::string_view line, FileInfo& file);

/// The same for any JSON object with these members. Throws Error{integrity} naming `subject`.
FileInfo parse_any_line(std::string_view line, std::string_view subject);

}  // namespace sluice::state
