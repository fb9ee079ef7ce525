#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::aws {

/// Decimal digits only. Throws Error{protocol}.
std::uint64_t number_of(std::string_view text);
/// Form encoding, as encoding-type=url has it. Throws Error{protocol}.
std::string decode_form(std::string_view text);

}  // namespace sluice::aws
