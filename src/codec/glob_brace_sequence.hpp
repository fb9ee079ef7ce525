#pragma once

#include <optional>
#include <vector>

#include "codec/glob_chars.hpp"
#include "codec/glob_part_syntax.hpp"

namespace sluice::codec::glob {

/// The values of a sequence, the body of "{1..9}", "{09..1..-2}" or "{a..e..2}"; nullopt if `body`
/// is none. Throws Error{invalid_input} for more than 10,000 values or bounds beyond 2^53.
std::optional<std::vector<Text>> sequence_values(TextView body);

/// Whether the body has the form of a sequence.
bool is_sequence(TextView body);

/// A numeric sequence without step, of at least 100 values and with bounds within 2^53; nullopt
/// otherwise.
std::optional<NumericRange> large_range(TextView body);

}  // namespace sluice::codec::glob
