#pragma once

#include <string>
#include <string_view>

namespace sluice::smtp {

/// RFC 2045 section 6.7, of text whose lines end in CRLF. Ends in CRLF unless empty.
std::string quoted_printable(std::string_view text);
/// RFC 2045 section 6.8: lines of 76 bytes, each with CRLF.
std::string base64_lines(std::string_view text);
/// CRLF, CR and LF are each one CRLF.
std::string with_crlf(std::string_view text);

}  // namespace sluice::smtp
