#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/bytes.hpp"

namespace sluice::codec {

std::string to_base64(Bytes bytes);  ///< RFC 4648 section 4, padded.
/// Strict: padding required, no white space, unused bits zero; nullopt if malformed.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace sluice::codec
