#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::aws {

/// Splits a command line or section title at blanks as a POSIX shell does, with quotes and
/// backslashes but nothing else (no variables, no globs). nullopt: a quote is not closed or a
/// backslash ends the text.
std::optional<std::vector<std::string>> split_words(std::string_view text);

std::string_view trimmed(std::string_view text);  ///< Without spaces, tabs, CR and LF at both ends.
std::string lower_case(std::string_view text);    ///< ASCII only.

}  // namespace sluice::aws
