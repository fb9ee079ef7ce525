#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/core/time.hpp"
#include "sluice/smtp/mailbox.hpp"

namespace sluice::smtp {

/// A mail of plain text.
struct Message {
  Mailbox from;
  std::vector<Mailbox> to;  ///< At least one.
  std::string subject;      ///< UTF-8.
  std::string body;         ///< UTF-8; lines end as they like.
  TimePoint date{};
  std::string id;  ///< "left@right": the same for every try, so that receivers know a second copy.
  /// Further fields, such as Auto-Submitted; values are UTF-8 text.
  std::vector<std::pair<std::string, std::string>> fields;
};

/// The message in 7 bits: headers (RFC 5322; what is not ASCII by RFC 2047), an empty line, and the
/// body as quoted-printable or base64, whichever is shorter (RFC 2045). Lines end in CRLF and have
/// at most 78 bytes but for words that cannot be broken.
///
/// Throws Error{invalid_input} for line ends and other control characters in a header (who chose a
/// subject shall not choose headers), for a field's name that is none, for no recipient. Malformed
/// UTF-8 becomes U+FFFD.
std::string format_message(const Message& message);

/// What follows DATA: the message with a dot more before each that begins a line, and the final dot
/// (RFC 5321 section 4.5.2). Throws Error{invalid_input} for CR or LF that stand alone (servers
/// differ about where a line ends then) and for lines over 998 bytes.
std::string data_block(std::string_view message);

}  // namespace sluice::smtp
