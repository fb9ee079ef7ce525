#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/bytes.hpp"

namespace sluice::codec {

std::string to_hex(Bytes bytes);                             ///< Lower case.
std::optional<std::string> from_hex(std::string_view text);  ///< Either case; nullopt if malformed.

}  // namespace sluice::codec
