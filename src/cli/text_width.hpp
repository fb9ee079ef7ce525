#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::cli {

// Text in the columns of a terminal, as far as that can be known: East Asian wide characters take
// two (Unicode Standard Annex #11), combining marks none. Pure.

std::size_t text_width(std::string_view text);
/// With spaces after it, `width` columns wide at least.
std::string padded(std::string_view text, std::size_t width);
/// At most `width` columns; what is cut ends in "…".
std::string cut(std::string_view text, std::size_t width);

}  // namespace sluice::cli
