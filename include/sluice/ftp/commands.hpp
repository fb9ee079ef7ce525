#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice::ftp {

/// Why no FTP server can be asked for a path; nullopt if it can be. CR, LF and NUL would begin
/// another command, 0xFF is Telnet's and kept in different ways, and servers cut off blanks at the
/// end. Pure.
std::optional<std::string> refusal_of_path(std::string_view path);

/// The same for a name that shall be made: also for other control characters, which servers list as
/// something else.
std::optional<std::string> refusal_of_new_path(std::string_view path);

/// "VERB argument\r\n" (RFC 959 section 5.3). Throws Error{invalid_input} for an argument with CR,
/// LF, NUL or 0xFF. Pure.
std::string command_line(std::string_view verb, std::string_view argument = {});

}  // namespace sluice::ftp
