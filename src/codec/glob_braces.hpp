#pragma once

#include <cstddef>
#include <vector>

#include "codec/glob_chars.hpp"
#include "codec/glob_part_syntax.hpp"

namespace sluice::codec::glob {

/// Limits on what braces may make of a pattern; above them Error{invalid_input} is thrown.
/// minimatch truncates the list (at ten times as many) or leaves braces unexpanded, and then
/// silently matches less.
inline constexpr std::size_t max_alternatives = 10'000;
inline constexpr std::size_t max_expanded_length =
    1U << 18U;  ///< Characters of all alternatives together.
inline constexpr unsigned max_brace_depth = 100;

struct Expansion {
  std::vector<Text> patterns;        ///< In order, without repetition; may be empty ("{,}").
  std::vector<NumericRange> ranges;  ///< What the range characters in the patterns stand for.
};

/// Expands "{a,b}", "{1..9..2}" and "{a..e}" as Bash does. Ranges of 100 numbers or more stay as
/// one character, unless they stand where the union of their numbers would not mean the same (in a
/// class, or in a repeated or negated extglob).
Expansion expand_braces(TextView pattern, bool noext);

}  // namespace sluice::codec::glob
