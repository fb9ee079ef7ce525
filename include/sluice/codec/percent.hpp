#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::codec {

enum class Slash : bool { encode, keep };

/// Encodes every byte outside A-Z a-z 0-9 - . _ ~ (RFC 3986 unreserved) as %XX in upper case; a
/// space is %20.
std::string percent_encode(std::string_view bytes, Slash slash);
void append_percent_encoded(std::string& out, std::string_view bytes, Slash slash);

enum class Plus : bool { literal, space };

/// Decodes %XX; nullopt if a '%' is not followed by two hexadecimal digits. `Plus::space` is for
/// form encoding.
std::optional<std::string> percent_decode(std::string_view text, Plus plus);

}  // namespace sluice::codec
