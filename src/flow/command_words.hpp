#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice {

/// Splits a command line at white space; '...' keeps everything, "..." everything but \" and \\,
/// and a backslash outside quotes the next character. Throws Error{invalid_input} for an unclosed
/// quote.
std::vector<std::string> split_words(std::string_view command);

/// Replaces each "{name}" that is listed; other braces stay.
using Replacements = std::vector<std::pair<std::string_view, std::string>>;
std::string replace_names(std::string_view text, const Replacements& values);

/// 'text' for a POSIX shell.
std::string shell_quoted(std::string_view text);

}  // namespace sluice
