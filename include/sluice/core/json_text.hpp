#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// Appends `text` as a JSON string with its quotes (RFC 8259). Invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

/// Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms).
bool is_utf8(std::string_view bytes);

/// The length of the well-formed UTF-8 sequence at the front (1 to 4), or 0.
std::size_t utf8_sequence_length(std::string_view bytes);

}  // namespace sluice
