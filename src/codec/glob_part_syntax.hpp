#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codec/glob_automaton.hpp"
#include "codec/glob_chars.hpp"

namespace sluice::codec::glob {

/// A brace range such as {001..250} that is matched as one element instead of being expanded.
struct NumericRange {
  std::int64_t first, last;  ///< first <= last
  unsigned width;            ///< Characters to pad to with zeros, the sign included; 0: no padding.
};

/// In expanded patterns the character `range_base + n` stands for the n-th numeric range.
inline constexpr char32_t range_base = 0x200000;
inline bool is_range(char32_t code) {
  return code >= range_base;
}

struct PartSyntax {
  bool nocase = false;
  bool noext = false;
  const std::vector<NumericRange>* ranges = nullptr;
};

/// What a part without magic stands for: escapes removed, "[x]" as x. Nullopt if it must be matched
/// as a pattern.
std::optional<Text> literal_of(TextView part, const PartSyntax& syntax);

/// The elements of a part. Throws Error{invalid_input} above 256 extglobs, as minimatch does.
Sequence parse_part(TextView part, const PartSyntax& syntax);

inline constexpr std::size_t max_extglobs = 256;  ///< In one part.
/// Whether one of "?*+@!" and '(' are at `part[at]`.
bool opens_extglob(TextView part, std::size_t at);
std::size_t count_extglobs(TextView part);
/// "?()" and its like are no extglobs when they are the whole part; "!()" is.
bool is_lone_empty_extglob(TextView part);

/// Where the class that opens at `part[at]` seems to close, without regard to POSIX classes; npos
/// if nowhere.
std::size_t simple_class_end(TextView part, std::size_t at);

/// The alternatives that a numeric range matches, as digits and classes of digits.
std::vector<Sequence> alternatives_of(const NumericRange& range);

}  // namespace sluice::codec::glob
